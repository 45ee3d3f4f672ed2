#pragma once

#include <cstdint>

#include "storage/axes.hpp"
#include "storage/sqlite/strategy/prepared_connection.hpp"
#include "storage/sqlite/strategy/writer_context.hpp"
#include "storage/transaction.hpp"

namespace walbench::storage {

/// Runs transactions on one connection, each in a transaction of SQLite's or several in one, and
/// times them. Used by one thread at a time, but for write() and flush() if the context has a
/// queue, in which callers wait their turn.
class TransactionWriter {
 public:
  /// Opens, configures and prepares. Throws SqliteError, SettingsMismatch.
  explicit TransactionWriter(WriterContext& context);

  /// Runs one transaction and commits it, or leaves that to the one that fills the batch. Throws
  /// OccConflict, which undoes this transaction alone, and SqliteError for what the database
  /// refused, which rolls back whatever is not committed.
  WriteTimings write(const Transaction& transaction);

  /// Commits what a batch still holds; returns the number of commits, 0 or 1. Throws SqliteError.
  std::int64_t flush();

  /// With BEGIN IMMEDIATE the statements are timed apart; otherwise SQLite takes the lock in one of
  /// them.
  bool times_statement_apart() const { return context_->axes.begin == BeginAxis::immediate; }

  bool has_queue() const { return context_->queue != nullptr; }

  /// What write() works with, for those who run transactions step by step.
  WriterContext& context() { return *context_; }
  PreparedConnection& prepared() { return connection_; }

 private:
  class OpenTransaction;

  std::int64_t write_inside(const Transaction& transaction, std::int64_t started_ns,
                            WriteTimings& timings);
  void run_immediate(const Transaction& transaction);
  void run_deferred(const Transaction& transaction, OpenTransaction& open, std::int64_t started_ns);
  void begin_unless_open(const char* operation);
  CommitWaits commit();
  void leave_uncommitted();
  const Connection& connection() const { return connection_.connection(); }

  WriterContext* context_;
  PreparedConnection connection_;
  std::int64_t unsaved_ = 0;  ///< acknowledged transactions in the open one
};

}  // namespace walbench::storage
