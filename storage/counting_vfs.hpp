#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "storage/io_counters.hpp"

namespace walbench::storage {

/// What the busy handler has cost the calling thread since it started.
struct ThreadBusyWait {
  std::int64_t sleeps = 0;
  std::int64_t slept_ns = 0;
};

/// A VFS that hands every call on to the default VFS and counts on the way. The size of a -wal file
/// looked at after a run says little: the last connection's close deletes it, and until then it
/// shows a high-water mark, not what was written. Counting at xWrite tells both apart and needs no
/// connection of its own, whose mere presence would change what is measured.
///
/// Each instance is registered under a name of its own and counts for itself, so one instance a
/// database. Thread safe. Must outlive every connection opened through it.
class CountingVfs {
 public:
  /// Registers the VFS. Throws SqliteError where SQLite has no default VFS to forward to.
  CountingVfs();
  CountingVfs(const CountingVfs&) = delete;
  CountingVfs& operator=(const CountingVfs&) = delete;
  ~CountingVfs();

  const char* name() const { return name_.c_str(); }

  IoFigures figures() const { return counters_.figures(); }

  /// Sets counts to zero and the peak to the present size. Not while something is being written.
  void restart_counting() { counters_.restart(); }

  /// From now on the busy handler's sleeps return at once, so that a connection waiting for a lock
  /// soon gives up with SQLITE_BUSY.
  void interrupt_waits() { interrupted_.store(true, std::memory_order_relaxed); }
  bool interrupted() const { return interrupted_.load(std::memory_order_relaxed); }

  /// Sleeps as a busy handler does between two tries, and counts it as one. A series of sleeps
  /// begins with one of kFirstBusySleepUs.
  void busy_sleep(int microseconds);

  /// The calling thread's busy waits, over all databases. A difference taken around one SQLite call
  /// is what that call waited.
  static ThreadBusyWait thread_busy_wait();

  static constexpr int kFirstBusySleepUs = 1000;

 private:
  friend struct CountingVfsMethods;

  std::string name_;
  sqlite3_vfs* real_;
  std::unique_ptr<sqlite3_vfs> vfs_;

  IoCounters counters_;
  std::atomic<bool> interrupted_ = false;
};

}  // namespace walbench::storage
