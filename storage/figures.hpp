#pragma once

#include <cstdint>

#include "metrics/histogram/histogram.hpp"
#include "metrics/result/wal_figures.hpp"
#include "metrics/result/wal_reuse.hpp"
#include "metrics/result/write_lock.hpp"

namespace walbench::storage {

/// Counts over the files of one database, since the last restart_counting().
struct IoFigures {
  metrics::WalFigures wal;  ///< all but `checkpoints_capped`, which a store counts
  metrics::WalReuse reuse = {};
  /// The longest that one wait for a lock meant to sleep, in microseconds. SQLite's busy handler
  /// adds up what it asked for, not what it got, and gives up when that reaches busy_timeout; of
  /// other handlers it is what they slept.
  std::int64_t busy_longest_us = 0;
};

/// How long single operations took, in nanoseconds, whoever made them.
struct IoTimes {
  metrics::Histogram wal_sync;
  metrics::Histogram db_sync;
  metrics::Histogram checkpoint;  ///< that moved at least a page; its syncs included
};

/// How long the waits for the write lock were meant to take, beside what became of them.
struct LockWaitFigures {
  metrics::WriteLockWaits waits;
  std::int64_t gave_up = 0;  ///< of the waits
  /// Every sleep of the busy handler, for whatever lock. Those for the write lock are also in
  /// `waits`, once their wait has ended, and the others in `other_sleeps`.
  std::int64_t busy_retries = 0;
  metrics::OtherLockSleeps other_sleeps;
  /// By wait: what its sleeps asked for in all, in nanoseconds, as in IoFigures.
  metrics::Histogram asked_ns;
};

}  // namespace walbench::storage
