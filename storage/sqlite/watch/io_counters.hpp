#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "storage/figures.hpp"

namespace walbench::storage {

/// Counts what a VFS does to the files of one database. Thread safe, but for restart(): not while
/// something is being written.
class IoCounters {
 public:
  IoFigures figures() const;
  IoTimes times() const;

  /// By how much writes have extended the WAL.
  std::int64_t growth_bytes() const { return wal_growth_bytes_.load(std::memory_order_relaxed); }

  /// Sets counts to zero, the first size and the peak to the present size.
  void restart();

  /// A write to the WAL. `frame_begun_at` is the writing connection's: where it wrote nothing but a
  /// frame's header in its last write, or -1.
  void wal_written(const void* data, std::int64_t amount, std::int64_t offset,
                   std::int64_t& frame_begun_at);
  void wal_size_becomes(std::int64_t bytes);
  void wal_synced(std::int64_t ns);
  void db_written(std::int64_t amount);
  void db_synced(std::int64_t ns);
  /// A checkpoint that moved at least a page.
  void checkpointed(std::int64_t took_ns);
  /// A sleep of the busy handler, in a series of them that asked for so much in all.
  void busy_slept(std::int64_t series_us);

 private:
  // One writer at a time holds the WAL's write lock, so these are hardly ever contended.
  std::atomic<std::int64_t> wal_bytes_written_ = 0;
  std::atomic<std::int64_t> wal_writes_ = 0;
  std::atomic<std::int64_t> wal_frames_ = 0;
  std::atomic<std::int64_t> wal_size_bytes_ = 0;
  std::atomic<std::int64_t> wal_size_start_bytes_ = 0;
  std::atomic<std::int64_t> wal_peak_bytes_ = 0;
  std::atomic<std::int64_t> wal_growth_bytes_ = 0;
  std::atomic<std::int64_t> wal_syncs_ = 0;
  std::atomic<std::int64_t> wal_page_bytes_ = 0;  ///< from the WAL header
  std::atomic<std::int64_t> db_bytes_written_ = 0;
  std::atomic<std::int64_t> db_writes_ = 0;
  std::atomic<std::int64_t> db_syncs_ = 0;
  std::atomic<std::int64_t> checkpoints_ = 0;
  std::atomic<std::int64_t> checkpoint_ns_ = 0;
  std::atomic<std::int64_t> checkpoint_longest_ns_ = 0;
  std::atomic<std::int64_t> busy_longest_us_ = 0;

  mutable std::mutex mutex_;
  IoTimes times_;  // guarded by mutex_
};

}  // namespace walbench::storage
