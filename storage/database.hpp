#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>

#include "metrics/clock.hpp"
#include "storage/axes.hpp"
#include "storage/resumer.hpp"
#include "storage/sqlite/connection_settings.hpp"
#include "storage/sqlite/watch/counting_vfs.hpp"
#include "storage/store.hpp"

namespace walbench::storage {

/// How closely a database is looked at while it is measured.
enum class Instrumentation : std::uint8_t {
  none,     ///< not at all: figures stay 0. What the others are to be compared with
  counts,   ///< what SQLite does to its files is counted; syncs, checkpoints and sleeps are timed
  anatomy,  ///< and the write lock is followed in time
};

/// What one file's row must hold after its lifecycle.
struct ExpectedRow {
  std::int64_t version = 0;
  std::string remote_file_id;
  std::string remote_file_uri;
  std::string store_doc_id;
};

/// The expected row of the file with that number and path.
using ExpectRow = std::function<ExpectedRow(std::int64_t file, std::string_view path)>;

/// What was found when the database was looked at after a run.
struct Verification {
  std::int64_t rows = 0;
  std::int64_t rows_indexed = 0;        ///< state `indexed`
  std::int64_t rows_right = 0;          ///< indexed, and every column as it was written
  std::string first_wrong;              ///< path and column of the first row that is not; or empty
  std::string integrity = "not asked";  ///< `ok`, or what PRAGMA integrity_check complained about

  /// Every row that was seeded is there, went the whole way, and the file is sound.
  bool passed(std::int64_t files) const {
    return rows == files && rows_right == files && integrity == "ok";
  }
};

/// Who uses a store.
struct StoreUser {
  std::size_t workers = 1;  ///< threads that block in it at a time, where it blocks
  const metrics::Clock* clock = nullptr;
  Resumer* resumer = nullptr;  ///< of what it suspends; needed with group commit alone
};

/// What Database::write_raw is to do.
struct RawOrder {
  std::int64_t files = 0;       ///< the files 0 .. files - 1
  std::int64_t group_size = 1;  ///< transitions in a transaction
  ExpectRow answers;            ///< what the API would have answered
};

/// What Database::write_raw did.
struct RawWrites {
  std::int64_t writes = 0;
  std::int64_t elapsed_ns = 0;
};

/// The database of one configuration, as a run needs it. Calls come from one thread and in this
/// order: seed, open_store, reset, restart_counting, the lifecycles, figures, verify; or seed, then
/// reset and write_raw, again and again. Only interrupt_waits may come at any time and from any
/// thread.
class Database {
 public:
  Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  virtual ~Database() = default;

  /// Creates the tables and one untracked row a file. `stop` ends it with an error.
  virtual void seed(const std::stop_token& stop) = 0;

  /// The store to write through; it must be gone before the database is, and before what it uses.
  virtual std::unique_ptr<Store> open_store(const Axes& axes, const StoreUser& user) = 0;

  /// Writes the transitions of lifecycles from this thread alone, with nothing else at work: what
  /// the machine can do at all with these statements. The rows must be untracked, and no store
  /// open. `stop` ends it with an error.
  virtual RawWrites write_raw(const RawOrder& order, const metrics::Clock& clock,
                              const std::stop_token& stop) = 0;

  /// What a connection of the store's kind is set to, asked of SQLite itself. Throws
  /// SettingsMismatch where it is not what was ordered.
  virtual metrics::SettingsReadBack settings() = 0;

  /// Puts every row back to untracked and empties the WAL.
  virtual void reset() = 0;

  virtual void restart_counting() = 0;
  virtual IoFigures figures() const = 0;
  virtual IoTimes io_times() const = 0;
  virtual LockWaitFigures lock_waits() const = 0;

  /// Looks at every row and at the file's integrity. No store may be open. `stop` ends it with an
  /// error.
  virtual Verification verify(const ExpectRow& expect, const std::stop_token& stop) = 0;

  /// Makes whoever waits for a lock give up soon.
  virtual void interrupt_waits() = 0;
};

}  // namespace walbench::storage
