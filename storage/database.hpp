#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>

#include "metrics/clock.hpp"
#include "metrics/result/settings_read_back.hpp"
#include "storage/axes.hpp"
#include "storage/figures.hpp"
#include "storage/resumer.hpp"
#include "storage/store.hpp"
#include "storage/transaction.hpp"

namespace walbench::storage {

/// How closely a database is looked at while it is measured.
enum class Instrumentation : std::uint8_t {
  none,     ///< not at all: figures stay 0. The others can be compared with it
  counts,   ///< what the engine does to its files is counted; syncs, checkpoints and sleeps are
            ///< timed
  anatomy,  ///< and the write lock is followed in time
};

/// The tables and rows that a workload starts with, or the file that holds them.
struct Content {
  std::string schema_sql;  ///< creates the tables in an empty database
  std::string insert_sql;  ///< inserts one row
  std::int64_t rows = 0;
  /// The parameters of the row's INSERT; they stay valid until the next call.
  std::function<std::span<const Value>(std::int64_t row)> row = {};
  /// A database file, closed and without a WAL: the database becomes a copy of it. If it is empty,
  /// the SQL above makes the content.
  std::filesystem::path image = {};
};

/// The user of a store.
struct StoreUser {
  std::size_t workers = 1;  ///< threads that block in it at a time, if it blocks
  const metrics::Clock* clock = nullptr;
  StatementTexts statements;  ///< every one that transactions will use
  std::uint64_t seed = 0;     ///< of what the store draws at random
};

/// Readers beside the writers of a database.
struct ReadAccess {
  StoreUser user;  ///< a worker is a reader
  /// How long each of their transactions stays open after its first row.
  std::chrono::nanoseconds hold{0};
  /// Called for each reader once, from its thread, when it holds its first snapshot; may be null.
  std::function<void(std::size_t reader)> on_first_snapshot = {};
};

/// The transactions of one iteration, in their order, without anything in between.
class PlainIteration {
 public:
  PlainIteration() = default;
  PlainIteration(const PlainIteration&) = delete;
  PlainIteration& operator=(const PlainIteration&) = delete;
  virtual ~PlainIteration() = default;

  virtual std::span<const Transaction> transactions() const = 0;
};

/// The order for Database::write_raw.
struct RawOrder {
  std::int64_t iterations = 0;  ///< 0 .. iterations - 1
  std::int64_t group_size = 1;  ///< transactions that are committed together
  StatementTexts statements;
  std::function<std::unique_ptr<PlainIteration>(std::int64_t)> iteration;
};

/// The result of Database::write_raw.
struct RawWrites {
  std::int64_t writes = 0;
  std::int64_t elapsed_ns = 0;
};

/// Called with the columns of each row; they are valid during the call.
using RowVisitor = std::function<void(std::span<const Value>)>;

/// The database of one configuration, as a run needs it. Calls come from one thread and in this
/// order: seed, open_store, reset, restart_counting, the iterations, figures, read; or seed, then
/// reset and write_raw, again and again. Only interrupt_waits may come at any time and from any
/// thread. All throw StorageError.
class Database {
 public:
  Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  virtual ~Database() = default;

  /// Creates the tables and the rows. `stop` ends it with an error.
  virtual void seed(const Content& content, const std::stop_token& stop) = 0;

  /// The store to write through. It must be gone before the database and before its clock. The
  /// axes must not ask for group commit.
  virtual std::unique_ptr<Store> open_store(const Axes& axes, StoreUser user) = 0;
  /// Likewise with group commit; `resumer` must outlive the store.
  virtual std::unique_ptr<SuspendingStore> open_suspending_store(const Axes& axes, StoreUser user,
                                                                 Resumer& resumer) = 0;

  /// A store for readers, to be opened before or beside the other one. Its sessions are used step
  /// by step, on connections of their own that cannot write.
  virtual std::unique_ptr<Store> open_read_store(ReadAccess access) = 0;

  /// Finds out from now on who keeps the WAL from starting over, too. While no store is open.
  virtual void follow_snapshots() = 0;

  /// Runs the transactions of iterations from this thread alone, with nothing else at work: the
  /// most that the machine can do with these statements. No store may be open. `stop` ends it with
  /// an error.
  virtual RawWrites write_raw(const RawOrder& order, const metrics::Clock& clock,
                              const std::stop_token& stop) = 0;

  /// The settings of a connection like those of a store with these axes, as the engine reports
  /// them. Throws if one is not as it was ordered.
  virtual metrics::SettingsReadBack settings(const Axes& axes) = 0;

  /// Runs this SQL and empties the WAL. `stop` ends it with an error.
  virtual void reset(const std::string& sql, const std::stop_token& stop) = 0;

  virtual void restart_counting() = 0;
  virtual IoFigures figures() const = 0;
  virtual IoTimes io_times() const = 0;
  virtual LockWaitFigures lock_waits() const = 0;

  /// Visits every row of a query. No store may be open. `stop` ends it with an error.
  virtual void read(const std::string& sql, const RowVisitor& visit,
                    const std::stop_token& stop) = 0;

  /// `ok`, or the first complaint of the engine about its file. As read().
  virtual std::string integrity(const std::stop_token& stop) = 0;

  /// Makes connections that wait for a lock give up soon.
  virtual void interrupt_waits() = 0;
};

}  // namespace walbench::storage
