#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace walbench::storage {

/// What SQLite did to the files of one database, counted where it happens. Bytes and counts since
/// the last restart_counting(); sizes as they are.
struct IoFigures {
  std::int64_t wal_bytes_written = 0;  ///< headers and frames
  std::int64_t wal_frames = 0;
  std::int64_t wal_size_bytes = 0;    ///< of the -wal file now; 0 where it does not exist
  std::int64_t wal_peak_bytes = 0;    ///< the largest the -wal file has been
  std::int64_t wal_growth_bytes = 0;  ///< by how much writes extended the -wal file; a truncation
                                      ///< or deletion takes nothing back
  std::int64_t wal_syncs = 0;
  std::int64_t db_bytes_written = 0;
  std::int64_t db_syncs = 0;
  std::int64_t checkpoints = 0;   ///< that moved at least a page into the database
  std::int64_t busy_retries = 0;  ///< times SQLite's busy handler slept and tried again
  /// The longest that one wait for a lock meant to sleep, in microseconds: the busy handler adds up
  /// what it asked for, not what it got, and gives up when that reaches busy_timeout.
  std::int64_t busy_longest_us = 0;
};

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

  IoFigures figures() const;

  /// Sets counts to zero and the peak to the present size. Not while something is being written.
  void restart_counting();

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

  void count_wal_write(const void* data, std::int64_t amount, std::int64_t offset,
                       std::int64_t& frame_begun_at);
  void count_busy_series(int microseconds);
  void wal_size_becomes(std::int64_t bytes);

  std::string name_;
  sqlite3_vfs* real_;
  std::unique_ptr<sqlite3_vfs> vfs_;

  // One writer at a time holds the WAL's write lock, so these are hardly ever contended.
  std::atomic<std::int64_t> wal_bytes_written_ = 0;
  std::atomic<std::int64_t> wal_frames_ = 0;
  std::atomic<std::int64_t> wal_size_bytes_ = 0;
  std::atomic<std::int64_t> wal_peak_bytes_ = 0;
  std::atomic<std::int64_t> wal_growth_bytes_ = 0;
  std::atomic<std::int64_t> wal_syncs_ = 0;
  std::atomic<std::int64_t> wal_page_bytes_ = 0;  ///< from the WAL header
  std::atomic<std::int64_t> db_bytes_written_ = 0;
  std::atomic<std::int64_t> db_syncs_ = 0;
  std::atomic<std::int64_t> checkpoints_ = 0;
  std::atomic<std::int64_t> busy_retries_ = 0;
  std::atomic<std::int64_t> busy_longest_us_ = 0;
  std::atomic<bool> interrupted_ = false;
};

}  // namespace walbench::storage
