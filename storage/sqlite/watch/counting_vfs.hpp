#pragma once

#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "metrics/clock.hpp"
#include "storage/sqlite/watch/io_counters.hpp"
#include "storage/sqlite/watch/io_failure.hpp"
#include "storage/sqlite/watch/lock_waits.hpp"
#include "storage/sqlite/watch/vfs_policy.hpp"
#include "storage/sqlite/watch/wal_story.hpp"

namespace walbench::storage {

/// The busy handler's cost to the calling thread since the thread started.
struct ThreadBusyWait {
  std::int64_t sleeps = 0;
  std::int64_t slept_ns = 0;
};

/// The calling thread's time for making things durable since the thread started.
struct ThreadIo {
  std::int64_t sync_ns = 0;        ///< in syncs, of a checkpoint or not
  std::int64_t checkpoint_ns = 0;  ///< in checkpoints, less their syncs
  std::int64_t failures = 0;       ///< calls that failed, as IoFailure has them
};

struct PassThroughVfs;

/// The clock that everything is measured by, but for tests.
const metrics::Clock& steady_clock();

/// A VFS that hands every call on to the default VFS and counts on the way what succeeds. The size
/// of a -wal file looked at after a run says little: the last connection's close deletes it, and
/// until then it shows a high-water mark, not what was written. Counting at xWrite tells both apart
/// and needs no connection of its own, whose mere presence would change what is measured.
///
/// Each instance is registered under a name of its own and counts for itself, so one instance a
/// database. Thread safe. Must outlive every connection opened through it.
class CountingVfs {
 public:
  /// Registers the VFS. Throws SqliteError where SQLite has no default VFS to forward to. `clock`
  /// must outlive it.
  explicit CountingVfs(const metrics::Clock& clock = steady_clock());
  CountingVfs(const CountingVfs&) = delete;
  CountingVfs& operator=(const CountingVfs&) = delete;
  ~CountingVfs();

  /// The VFS for connections; null, the default one, after stand_aside().
  const char* name() const { return stands_aside_ ? nullptr : name_.c_str(); }

  /// Counts nothing from now on. Before the first connection is opened.
  void stand_aside() { stands_aside_ = true; }

  /// Asks `policy` before each call from now on; null: none. Before the first connection is opened.
  /// The policy must outlive every connection.
  void set_policy(VfsPolicy* policy) { policy_ = policy; }

  /// Throws SqliteError if a call has failed that no run survives, whether SQLite reported it or
  /// not; see IoFailure.
  void rethrow_failure() const { failure_.rethrow(); }
  SqliteError explain(const SqliteError& refusal) const { return failure_.explain(refusal); }

  IoFigures figures() const {
    IoFigures figures = counters_.figures();
    figures.reuse = story_.figures();
    return figures;
  }
  IoTimes times() const { return counters_.times(); }
  LockWaitFigures lock_waits() const { return lock_waits_.figures(); }

  /// Follows the write lock in time, too; see LockWaits. Before the first connection is opened.
  void keep_lock_timeline() { lock_waits_.keep_timeline(); }

  /// Follows who holds snapshots, too; see WalStory. While no connection is open.
  void follow_snapshots() { story_.follow_holders(); }
  /// The connection is that reader's; see WalStory.
  static void name_reader(sqlite3* connection, SnapshotReader reader);

  /// Sets counts to zero and the peak to the present size. Not while something is being written.
  void restart_counting() {
    counters_.restart();
    lock_waits_.restart();
    story_.restart();
  }

  /// From now on the busy handler's sleeps return at once, so that a connection waiting for a lock
  /// soon gives up with SQLITE_BUSY. So they do after an IoFailure.
  void interrupt_waits() { interrupted_.store(true, std::memory_order_relaxed); }
  bool interrupted() const {
    return interrupted_.load(std::memory_order_relaxed) || failure_.failed();
  }

  /// Sleeps as SQLite's busy handler does between two tries, and counts it as one. A series of
  /// sleeps begins with one of kFirstBusySleepUs.
  void busy_sleep(int microseconds);

  /// Likewise for a busy handler that knows which sleep begins a series. What the sleep took counts
  /// as what it asked for. Returns that, or nothing, without sleeping, once waits are interrupted;
  /// an interruption also ends a sleep within a tenth of a second.
  std::optional<std::chrono::nanoseconds> busy_sleep(std::chrono::nanoseconds delay, bool is_first);

  /// The calling thread's busy waits, over all databases. A difference taken around one SQLite call
  /// is what that call waited.
  static ThreadBusyWait thread_busy_wait();
  /// Likewise what it spent on syncs and checkpoints.
  static ThreadIo thread_io();

  static constexpr int kFirstBusySleepUs = 1000;

 private:
  friend struct CountingVfsMethods;
  static bool thread_checkpoints();  ///< the calling thread holds a checkpoint lock
  std::int64_t pause(std::chrono::nanoseconds duration) const;

  std::string name_;
  bool stands_aside_ = false;
  std::unique_ptr<PassThroughVfs> vfs_;
  VfsPolicy* policy_ = nullptr;

  const metrics::Clock& clock_;
  IoFailure failure_;
  IoCounters counters_;
  LockWaits lock_waits_;
  WalStory story_;
  std::atomic<bool> interrupted_ = false;
};

}  // namespace walbench::storage
