// What one thread last saw of the write lock (Last), and how each event moves it. A wait is a
// series of sleeps in a busy handler; [end] marks the events that end it, if it slept.
//
//   last \ event        refused   refused_other   acquired         wrote   released
//   nothing             refused   nothing         acquired         -       released_unwritten
//   refused             refused   nothing         acquired         -       released_unwritten
//   acquired            refused   nothing         acquired         wrote   released_unwritten
//   wrote               refused   nothing         acquired         wrote   nothing [end]
//   released_unwritten  refused   nothing         acquired [end]   -       released_unwritten
//
// A sleep moves every state to `refused`: until the next event, further sleeps have the same
// reason. It is a sleep for the write lock in the states `refused` and `released_unwritten`; the
// latter means that the thread got the lock with a stale snapshot and let it go (counted as
// `stale`). The first sleep of a new series ends the wait before it: as given up, unless it was
// stale.
//
// A thread's wait belongs to one database and to the time since its restart(): what is left of an
// earlier one is forgotten. A checkpoint that takes the write lock is no writer: its sleeps are
// counted as the checkpoint's, and its events move nothing here.

#include "storage/sqlite/watch/lock_waits.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace walbench::storage {
namespace {

enum class Last : std::uint8_t { nothing, refused, acquired, wrote, released_unwritten };

}  // namespace

/// The wait that the calling thread is in.
struct LockWait {
  Last last = Last::nothing;
  BusyLock other = BusyLock::unknown;
  std::uint64_t generation = 0;
  std::int64_t sleeps = 0;
  std::int64_t asked_ns = 0;
  std::int64_t slept_ns = 0;
  std::int64_t held_ns = 0;
  std::int64_t missed_ns = 0;
  std::int64_t overtaken = 0;
  std::int64_t stale = 0;
};

namespace {

LockWait& this_wait() {
  thread_local LockWait wait;
  return wait;
}

}  // namespace

BusyLock busy_lock_at(int offset) {
  constexpr int kCheckpoint = 1;
  constexpr int kRecovery = 2;
  if (offset == kCheckpoint) return BusyLock::checkpoint;
  return offset == kRecovery ? BusyLock::recovery : BusyLock::reader;
}

std::uint64_t LockWaits::next_generation() {
  static std::atomic<std::uint64_t> last = 0;
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

LockWait& LockWaits::wait() {
  LockWait& wait = this_wait();
  const std::uint64_t generation = generation_.load(std::memory_order_relaxed);
  if (wait.generation != generation) {
    wait = {.last = wait.last, .other = wait.other, .generation = generation};
  }
  return wait;
}

void LockWaits::refused() {
  this_wait().last = Last::refused;
}

void LockWaits::refused_other(BusyLock lock) {
  this_wait().last = Last::nothing;
  this_wait().other = lock;
}

BusyLock LockWaits::last_refused_other() {
  return this_wait().other;
}

void LockWaits::slept_for_other(BusyLock lock) {
  const std::lock_guard guard(mutex_);
  figures_.busy_retries += 1;
  metrics::OtherLockSleeps& sleeps = figures_.other_sleeps;
  switch (lock) {
    case BusyLock::database: sleeps.database += 1; break;
    case BusyLock::checkpoint: sleeps.checkpoint += 1; break;
    case BusyLock::recovery: sleeps.recovery += 1; break;
    case BusyLock::reader: sleeps.reader += 1; break;
    case BusyLock::unknown: sleeps.unknown += 1; break;
  }
}

bool LockWaits::is_waiting() {
  const Last last = this_wait().last;
  return last == Last::refused || last == Last::released_unwritten;
}

std::int64_t LockWaits::acquired(bool by_checkpoint) {
  if (by_checkpoint) return keeps_timeline_ ? timeline_.acquired() : 0;
  LockWait& wait = this->wait();
  // The transaction before wrote nothing, but it was the end of its wait.
  if (wait.last == Last::released_unwritten && wait.sleeps > 0) end_wait(false);
  wait.last = Last::acquired;
  return keeps_timeline_ ? timeline_.acquired() : 0;
}

void LockWaits::wrote() {
  LockWait& wait = this->wait();
  if (wait.last == Last::acquired) wait.last = Last::wrote;
}

void LockWaits::released(std::int64_t holding, bool by_checkpoint) {
  if (keeps_timeline_) timeline_.released(holding);
  if (by_checkpoint) return;
  LockWait& wait = this->wait();
  const bool written = wait.last == Last::wrote;
  if (written && wait.sleeps > 0) end_wait(false);
  wait.last = written ? Last::nothing : Last::released_unwritten;
}

void LockWaits::begin_sleep(bool is_first) {
  LockWait& wait = this->wait();
  const bool stale = wait.last == Last::released_unwritten;
  if (is_first && wait.sleeps > 0) end_wait(!stale);
  wait.last = Last::refused;
  if (stale) wait.stale += 1;
  const std::lock_guard lock(mutex_);
  figures_.busy_retries += 1;
}

void LockWaits::end_sleep(std::int64_t asked_ns, std::int64_t slept_ns) {
  LockWait& wait = this_wait();
  wait.sleeps += 1;
  wait.asked_ns += asked_ns;
  wait.slept_ns += slept_ns;
}

void LockWaits::end_timed_sleep(std::optional<std::int64_t> asked_ns,
                                const WriteLockTimeline::Mark& before) {
  const WriteLockTimeline::Mark after = timeline_.mark();
  const std::int64_t slept_ns = after.at_ns - before.at_ns;
  end_sleep(asked_ns.value_or(slept_ns), slept_ns);
  LockWait& wait = this_wait();
  wait.held_ns += after.held_ns - before.held_ns;
  wait.overtaken += after.acquisitions - before.acquisitions;
  if (const auto free_at_ns = timeline_.first_free_after(before)) {
    wait.missed_ns += std::max<std::int64_t>(after.at_ns - *free_at_ns, 0);
  }
}

void LockWaits::end_wait(bool gave_up) {
  const std::uint64_t generation = this_wait().generation;
  const LockWait wait = std::exchange(this_wait(), LockWait{.generation = generation});
  const std::lock_guard lock(mutex_);
  figures_.gave_up += gave_up ? 1 : 0;
  static_cast<void>(figures_.asked_ns.record(wait.asked_ns));
  metrics::WriteLockWaits& waits = figures_.waits;
  waits.waits += 1;
  waits.sleeps += wait.sleeps;
  waits.sleeps_most = std::max(waits.sleeps_most, wait.sleeps);
  waits.slept_ns += wait.slept_ns;
  waits.stale += wait.stale;
  if (!keeps_timeline_) return;
  waits.held_ns += wait.held_ns;
  waits.free_ns += wait.slept_ns - wait.held_ns;
  waits.missed_ns += wait.missed_ns;
  static_cast<void>(overtaken_.record(wait.overtaken));
}

LockWaitFigures LockWaits::figures() const {
  const std::lock_guard lock(mutex_);
  LockWaitFigures figures = figures_;
  if (!keeps_timeline_) return figures;
  const WriteLockTimeline::Mark now = timeline_.mark();
  metrics::WriteLockWaits& waits = figures.waits;
  waits.has_timeline = true;
  waits.overtaken_p50 = overtaken_.value_at_percentile(50);
  waits.overtaken_p99 = overtaken_.value_at_percentile(99);
  waits.overtaken_max = overtaken_.max();
  waits.acquisitions = now.acquisitions - restarted_.acquisitions;
  waits.lock_held_ns = now.held_ns - restarted_.held_ns;
  waits.followed_ns = now.at_ns - restarted_.at_ns;
  waits.lock_free_longest_ns = timeline_.longest_free_ns();
  return figures;
}

void LockWaits::restart() {
  const std::lock_guard lock(mutex_);
  generation_.store(next_generation(), std::memory_order_relaxed);
  figures_ = LockWaitFigures();
  overtaken_ = metrics::Histogram();
  timeline_.restart();
  restarted_ = timeline_.mark();
}

}  // namespace walbench::storage
