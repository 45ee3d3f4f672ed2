#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "metrics/clock.hpp"
#include "metrics/histogram/histogram.hpp"
#include "storage/figures.hpp"
#include "storage/sqlite/watch/write_lock_timeline.hpp"

namespace walbench::storage {

/// Follows the waits of one database's writers. Thread safe; restart() and figures() while no
/// thread waits.
class LockWaits {
 public:
  explicit LockWaits(const metrics::Clock& clock) : timeline_(clock) {}

  /// From now on (off at first) the lock's timeline is kept, which costs two readings of the clock
  /// a transaction. Before the first connection is opened.
  void keep_timeline() { keeps_timeline_ = true; }
  bool keeps_timeline() const { return keeps_timeline_; }

  // Events of the calling thread at the write lock; see the head of the .cpp.
  void refused();
  /// Returns the number of the holding, which is passed to released(): if threads share a
  /// connection, another one may release the lock.
  std::int64_t acquired();
  void wrote();  ///< to the WAL
  void released(std::int64_t holding);
  static void refused_other();  ///< a lock that is not the write lock

  /// True if the calling thread is about to sleep because it did not get the write lock, or had to
  /// let it go. Sleeping for any other lock does not count as waiting.
  static bool is_waiting();

  /// One sleep of the calling thread's wait, which asked for `asked_us`; `is_first` begins a new
  /// wait. Calls `sleep`, which returns what it took in nanoseconds.
  template <typename Sleep>
  void sleep(std::int64_t asked_us, bool is_first, const Sleep& sleep) {
    begin_sleep(is_first);
    if (!keeps_timeline_) {
      end_sleep(asked_us, sleep());
      return;
    }
    const WriteLockTimeline::Mark before = timeline_.mark();
    static_cast<void>(sleep());
    end_timed_sleep(asked_us, before);
  }

  LockWaitFigures figures() const;
  void restart();

 private:
  void begin_sleep(bool is_first);
  void end_sleep(std::int64_t asked_us, std::int64_t slept_ns);
  void end_timed_sleep(std::int64_t asked_us, const WriteLockTimeline::Mark& before);
  void end_wait(bool gave_up);

  bool keeps_timeline_ = false;  // constant once connections are open
  WriteLockTimeline timeline_;
  WriteLockTimeline::Mark restarted_;

  mutable std::mutex mutex_;  // guards what follows
  LockWaitFigures figures_;
  metrics::Histogram overtaken_;  ///< by wait: others that got the lock while it slept
};

}  // namespace walbench::storage
