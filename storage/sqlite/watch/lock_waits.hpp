#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>

#include "metrics/clock.hpp"
#include "metrics/histogram/histogram.hpp"
#include "storage/figures.hpp"
#include "storage/sqlite/watch/write_lock_timeline.hpp"

namespace walbench::storage {

/// The lock that a sleep of the busy handler is about, if it is not the write lock.
enum class BusyLock : std::uint8_t {
  database,    ///< of the database file, or of opening the wal-index: while connecting
  checkpoint,  ///< the checkpoint lock, or another one that a checkpoint waits for
  recovery,    ///< while another connection recovers the WAL
  reader,      ///< a reader's mark
  unknown,     ///< none was refused: a reader that raced with a checkpoint tries again
};

/// The lock at that offset among those in the wal-index, if it is not the write lock.
BusyLock busy_lock_at(int offset);

struct LockWait;

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
  /// `by_checkpoint`: not by a writer; then it is no event of a writer's wait.
  std::int64_t acquired(bool by_checkpoint = false);
  void wrote();  ///< to the WAL
  void released(std::int64_t holding, bool by_checkpoint = false);
  static void refused_other(BusyLock lock);

  /// The lock that refused_other() was last called with by this thread since a sleep.
  static BusyLock last_refused_other();
  /// A sleep that is no wait for the write lock.
  void slept_for_other(BusyLock lock);

  /// True if the calling thread is about to sleep because it did not get the write lock, or had to
  /// let it go. Sleeping for any other lock does not count as waiting.
  static bool is_waiting();

  /// One sleep of the calling thread's wait; `is_first` begins a new wait. `asked_ns` is what it
  /// asked for, and counts against busy_timeout; nothing: what it takes does. Calls `sleep`, which
  /// returns that in nanoseconds.
  template <typename Sleep>
  void sleep(std::optional<std::int64_t> asked_ns, bool is_first, const Sleep& sleep) {
    begin_sleep(is_first);
    if (!keeps_timeline_) {
      const std::int64_t slept_ns = sleep();
      end_sleep(asked_ns.value_or(slept_ns), slept_ns);
      return;
    }
    const WriteLockTimeline::Mark before = timeline_.mark();
    static_cast<void>(sleep());
    end_timed_sleep(asked_ns, before);
  }

  LockWaitFigures figures() const;
  void restart();

 private:
  void begin_sleep(bool is_first);
  void end_sleep(std::int64_t asked_ns, std::int64_t slept_ns);
  void end_timed_sleep(std::optional<std::int64_t> asked_ns, const WriteLockTimeline::Mark& before);
  void end_wait(bool gave_up);

  /// The calling thread's wait; a new one if it was another database's or ended with restart().
  LockWait& wait();

  bool keeps_timeline_ = false;  // constant once connections are open
  WriteLockTimeline timeline_;
  WriteLockTimeline::Mark restarted_;

  std::atomic<std::uint64_t> generation_ = next_generation();
  static std::uint64_t next_generation();

  mutable std::mutex mutex_;  // guards what follows
  LockWaitFigures figures_;
  metrics::Histogram overtaken_;  ///< by wait: others that got the lock while it slept
};

}  // namespace walbench::storage
