#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "storage/axes.hpp"
#include "storage/sqlite/connection_settings.hpp"
#include "storage/sqlite/sqlite.hpp"
#include "storage/sqlite/timestamp.hpp"
#include "storage/transaction.hpp"

namespace walbench::storage {

/// The refused part of a transaction.
struct Refusal {
  int code = SQLITE_OK;       ///< extended result code; SQLITE_OK: nothing
  std::size_t statement = 0;  ///< the refused one's position in the transaction

  bool refused() const { return code != SQLITE_OK; }
};

/// The parts of a COMMIT.
struct CommitWaits {
  std::int64_t checkpoint_ns = 0;  ///< in checkpoints, less their syncs
  std::int64_t sync_ns = 0;
};

/// A configured connection with everything prepared that transactions take: BEGIN, the workload's
/// statements, COMMIT and ROLLBACK. The statements of every transaction run here, whoever writes.
/// It knows no policy: its owner decides who begins, who commits and how many transactions of the
/// workload share one of SQLite's. Used by one thread at a time.
class PreparedConnection {
 public:
  /// Opens through the VFS of that name, configures and prepares. `statements` must outlive it.
  /// `shared`: several transactions of the workload share one of SQLite's, so each must be undone
  /// without the others. `busy_handler` (null: SQLite's own) waits for its locks. Throws
  /// SqliteError, SettingsMismatch.
  PreparedConnection(const std::string& db_path, const char* vfs_name,
                     const ConnectionSettings& settings, BeginAxis begin,
                     const StatementTexts& statements, bool shared,
                     std::unique_ptr<BusyHandler> busy_handler = nullptr);

  /// Begins as the store's transactions do, or in that way. SQLITE_OK or an extended result code.
  [[nodiscard]] int begin() { return begin_.run(); }
  [[nodiscard]] int begin(BeginAxis how);

  /// Runs the statements of a transaction. After a refusal or an OccConflict, which it throws,
  /// nothing of the transaction is left, provided that the connection is shared or the caller rolls
  /// back; SQLite's transaction goes on unless SQLite gave it up.
  [[nodiscard]] Refusal run(const Transaction& transaction);

  /// COMMIT, and what it waited for. SQLITE_OK or an extended result code.
  [[nodiscard]] int commit(CommitWaits& waits);

  /// Rolls back what is open. If that fails there is nothing left to do: the error that led to it
  /// is the one to report.
  void roll_back();

  /// The error for a refusal, right after it.
  SqliteError error_of(const Transaction& transaction, const Refusal& refusal) const;

  /// Binds the parameters of a call to its statement and returns it. `now` must live until the
  /// statement is reset.
  Statement& bind(const StatementCall& call, TimestampText& now);

  /// The statement of that index, prepared.
  Statement& statement(std::size_t index);

  /// The words that name a statement in messages: `UPDATE`.
  std::string name_of(std::size_t index) const;

  const Connection& connection() const { return connection_; }

  /// Sleeps as the busy handler does before the try of that number. Only with one of its own.
  void busy_pause(std::int64_t number) { busy_handler_->pause(number); }

 private:
  Refusal run_statements(const Transaction& transaction);
  [[nodiscard]] int run_one(const Transaction& transaction, const StatementCall& call);
  bool needs_savepoint(const Transaction& transaction);

  const StatementTexts& texts_;
  const BeginAxis axis_;
  const bool shared_;
  std::unique_ptr<BusyHandler> busy_handler_;  ///< outlives the connection
  Connection connection_;
  Statement begin_;
  Statement other_begin_;  ///< the other value of the axis; prepared when it is first needed
  Statement commit_;
  Statement rollback_;
  std::vector<Statement> statements_;  ///< as in texts_
};

/// Binds a value to ?`position`. `now` is what a Now refers to.
void bind_value(Statement& statement, int position, const Value& value, TimestampText& now);

}  // namespace walbench::storage
