#pragma once

#include <cstdint>

namespace walbench::metrics {

/// What became of the waits for the write lock in the busy handler. A wait is a series of
/// sleeps that ends with a transaction that wrote, or with giving up. Times in nanoseconds.
struct WriteLockWaits {
  std::int64_t waits = 0;
  std::int64_t sleeps = 0;
  std::int64_t sleeps_most = 0;  ///< in one wait
  std::int64_t slept_ns = 0;
  /// Times that a writer got the lock, found that another one had committed since it began to read
  /// (SQLITE_BUSY_SNAPSHOT, within SQLite), and let the lock go to sleep again.
  std::int64_t stale = 0;

  // These where the lock's timeline was kept (`--anatomy`), and 0 otherwise.
  bool has_timeline = false;
  std::int64_t held_ns = 0;    ///< of slept_ns: another writer of this process held the lock
  std::int64_t free_ns = 0;    ///< of slept_ns: none did, the writer overslept
  std::int64_t missed_ns = 0;  ///< of slept_ns: after the lock had first been free in that sleep
  std::int64_t overtaken_p50 = 0;  ///< by wait: others that got the lock while it slept
  std::int64_t overtaken_p99 = 0;
  std::int64_t overtaken_max = 0;
  std::int64_t acquisitions = 0;
  std::int64_t lock_held_ns = 0;  ///< by whomever, in all
  std::int64_t followed_ns = 0;   ///< how long the lock was followed
  std::int64_t lock_free_longest_ns = 0;

  bool operator==(const WriteLockWaits&) const = default;
};

/// Sleeps of the busy handler for locks other than the write lock, by lock.
struct OtherLockSleeps {
  std::int64_t database = 0;    ///< the database file's, while connecting
  std::int64_t checkpoint = 0;  ///< by or for a checkpoint
  std::int64_t recovery = 0;    ///< while another connection recovered the WAL
  std::int64_t reader = 0;      ///< behind a reader
  std::int64_t unknown = 0;     ///< none was refused: a reader raced with a checkpoint

  std::int64_t sum() const { return database + checkpoint + recovery + reader + unknown; }

  bool operator==(const OtherLockSleeps&) const = default;
};

}  // namespace walbench::metrics
