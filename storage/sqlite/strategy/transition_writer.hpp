#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "metrics/clock.hpp"
#include "storage/axes.hpp"
#include "storage/sqlite/connection_settings.hpp"
#include "storage/sqlite/strategy/checkpointer.hpp"
#include "storage/sqlite/strategy/writer_queue.hpp"
#include "storage/sqlite/transition_statements.hpp"
#include "storage/sqlite/watch/counting_vfs.hpp"
#include "storage/transition_write.hpp"

namespace walbench::storage {

/// What the connections of one store have in common. Owned by the store; outlives its connections.
struct WriterContext {
  std::string db_path;
  ConnectionSettings settings;
  Axes axes;
  CountingVfs* vfs;
  const metrics::Clock* clock;
  WriterQueue* queue = nullptr;          ///< null: none
  Checkpointer* checkpointer = nullptr;  ///< null: SQLite checkpoints by itself, or nobody does
  std::atomic<std::int64_t> snapshot_retries = 0;
  std::atomic<std::int64_t> unsaved_peak = 0;
};

/// A connection with the statements of a lifecycle prepared: writes transitions, each in a
/// transaction of its own or several in one, and times them. Used by one thread at a time, but for
/// write() and flush() where the context has a queue, behind which callers take turns.
class TransitionWriter {
 public:
  /// Opens, configures and prepares. Throws SqliteError, SettingsMismatch.
  explicit TransitionWriter(WriterContext& context);

  /// Writes one transition and commits it, or leaves that to the write that fills the batch.
  /// Throws OccConflict when the row is not as expected, which undoes this write alone, and
  /// SqliteError for what the database refused, which rolls the whole transaction back.
  WriteTimings write(const TransitionWrite& write);

  /// Commits what a batch still holds; returns the number of commits, 0 or 1. Throws SqliteError.
  std::int64_t flush();

  /// With BEGIN IMMEDIATE the UPDATE is timed on its own; otherwise SQLite takes the lock inside
  /// it.
  bool times_statement_apart() const { return context_->axes.begin == BeginAxis::immediate; }

  bool has_queue() const { return context_->queue != nullptr; }

 private:
  class Transaction;

  std::int64_t write_inside(const TransitionWrite& write, std::int64_t started_ns,
                            WriteTimings& timings);
  void begin_immediate();
  void update_deferred(const TransitionWrite& write, Transaction& transaction,
                       std::int64_t started_ns);
  void commit();
  void leave_uncommitted();
  const Connection& connection() const { return statements_.connection(); }

  WriterContext* context_;
  TransitionStatements statements_;
  std::int64_t unsaved_ = 0;  ///< writes in the open transaction that are acknowledged
};

}  // namespace walbench::storage
