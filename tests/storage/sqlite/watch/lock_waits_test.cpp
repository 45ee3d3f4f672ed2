// Silent bugs these tests would catch: sleep blamed on a holder that had long gone, or on nobody
// while somebody held the lock; a missed release, or an overtaker, that goes uncounted; a wait
// whose sleeps are spread over two, or that never ends.
//
// SQLite itself waits here, in its own busy handler, for a lock that is really held. Time stands
// still but for what the script says: a sleep runs the script, which moves the clock and lets other
// connections take and leave the lock, and the clock then moves on by what the sleep asked for.

#include "storage/sqlite/watch/lock_waits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <thread>

#include "tests/storage/sqlite/watch/contention.hpp"

namespace walbench::storage {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::int64_t kMs = 1'000'000;

TEST_F(Contention, NobodyWaitsForAFreeLock) {
  open();
  take(*waiter_);
  leave(*waiter_);
  EXPECT_EQ(figures().waits.waits, 0);
  EXPECT_EQ(figures().waits.sleeps, 0);
  EXPECT_EQ(figures().waits.acquisitions, 1);
  EXPECT_EQ(figures().waits.stale, 0);
}

TEST_F(Contention, ASleepIsHeldUntilTheReleaseAndFreeAfterIt) {
  open();
  take(*holder_);
  in_its_sleeps({[this] {
    clock_.advance(microseconds(400));
    leave(*holder_);
  }});  // and the sleep of 1 ms itself
  take(*waiter_);
  leave(*waiter_);
  const LockWaitFigures found = figures();
  EXPECT_EQ(found.waits.waits, 1);
  EXPECT_EQ(found.gave_up, 0);
  EXPECT_EQ(found.waits.sleeps, 1);
  EXPECT_EQ(found.waits.slept_ns, 1'400'000);
  EXPECT_EQ(found.waits.held_ns, 400'000);
  EXPECT_EQ(found.waits.free_ns, 1'000'000);
  EXPECT_EQ(found.waits.missed_ns, 1'000'000);
  EXPECT_EQ(found.waits.overtaken_max, 0);
  EXPECT_EQ(found.asked_ns.max(), found.asked_ns.highest_equivalent(1'000'000));
}

TEST_F(Contention, WhatOthersHoldAfterTheFirstReleaseIsMissedAndHeld) {
  open();
  take(*holder_);
  in_its_sleeps({[this] {
    clock_.advance(microseconds(200));
    leave(*holder_);
    clock_.advance(microseconds(100));
    take_and_leave(*other_, microseconds(300));
    clock_.advance(microseconds(50));
    take_and_leave(*holder_, microseconds(70));
  }});
  take(*waiter_);
  leave(*waiter_);
  const LockWaitFigures found = figures();
  EXPECT_EQ(found.waits.slept_ns, 1'720'000);
  EXPECT_EQ(found.waits.held_ns, 570'000) << "200 us, then 300 us and 70 us by those who overtook";
  EXPECT_EQ(found.waits.free_ns, 1'150'000);
  EXPECT_EQ(found.waits.missed_ns, 1'520'000) << "all but the first 200 us";
  EXPECT_EQ(found.waits.overtaken_max, 2);
}

TEST_F(Contention, SleepsAddUpToOneWaitAsTheBusyHandlerCounts) {
  open();
  take(*holder_);
  in_its_sleeps({[] {}, [] {}, [this] { leave(*holder_); }});
  take(*waiter_);
  leave(*waiter_);
  const LockWaitFigures found = figures();
  EXPECT_EQ(found.waits.waits, 1);
  EXPECT_EQ(found.waits.sleeps, 3);
  EXPECT_EQ(found.waits.sleeps_most, 3);
  EXPECT_EQ(found.waits.slept_ns, (1 + 2 + 5) * kMs)
      << "SQLite's busy handler sleeps 1, 2 and 5 ms";
  EXPECT_EQ(found.waits.held_ns, 3 * kMs);
  EXPECT_EQ(found.waits.free_ns, 5 * kMs);
  EXPECT_EQ(found.waits.missed_ns, 5 * kMs);
  EXPECT_EQ(found.asked_ns.max(), found.asked_ns.highest_equivalent(8'000'000));
}

TEST_F(Contention, ATransactionThatWroteNothingEndsItsWaitWhenTheNextBegins) {
  open();
  take(*holder_);
  in_its_sleeps({[this] { leave(*holder_); }});
  take(*waiter_);
  waiter_->execute("ROLLBACK");
  take(*waiter_);
  leave(*waiter_);
  const LockWaitFigures found = figures();
  EXPECT_EQ(found.waits.waits, 1);
  EXPECT_EQ(found.gave_up, 0);
  EXPECT_EQ(found.waits.sleeps, 1);
  EXPECT_EQ(found.waits.stale, 0);
  EXPECT_EQ(found.waits.acquisitions, 3);
}

TEST_F(Contention, WhoGivesUpHasWaitedToo) {
  open();
  sqlite3_busy_timeout(waiter_->handle(), 3);
  take(*holder_);
  EXPECT_THROW(take(*waiter_), SqliteError);
  // On a thread of its own, as holders are: what a thread has heard of the lock is kept by thread.
  std::jthread([this] {
    leave(*holder_);
    take(*holder_);
  }).join();
  sqlite3_busy_timeout(waiter_->handle(), 60'000);
  in_its_sleeps({[this] { leave(*holder_); }});
  next_ = 0;
  take(*waiter_);
  leave(*waiter_);
  const LockWaitFigures found = figures();
  EXPECT_EQ(found.waits.waits, 2);
  EXPECT_EQ(found.gave_up, 1);
  EXPECT_EQ(found.waits.sleeps, 3) << "1 and 2 ms in vain, then 1 ms";
}

TEST_F(Contention, TheLocksOwnTimesAreCounted) {
  open();
  take_and_leave(*holder_, milliseconds(2));
  clock_.advance(milliseconds(7));
  take_and_leave(*other_, milliseconds(3));
  clock_.advance(milliseconds(1));
  take_and_leave(*holder_, milliseconds(4));
  clock_.advance(milliseconds(50));  // The gap that is still open is nobody's yet.
  const LockWaitFigures found = figures();
  EXPECT_EQ(found.waits.acquisitions, 3);
  EXPECT_EQ(found.waits.lock_held_ns, 9 * kMs);
  EXPECT_EQ(found.waits.lock_free_longest_ns, 7 * kMs);
}

TEST_F(Contention, ALockThatIsHeldNowCountsUpToNow) {
  open();
  take(*holder_);
  clock_.advance(milliseconds(6));
  EXPECT_EQ(figures().waits.lock_held_ns, 6 * kMs);
}

TEST_F(Contention, RestartForgetsWhatWas) {
  open();
  take(*holder_);
  in_its_sleeps({[this] { leave(*holder_); }});
  take(*waiter_);
  leave(*waiter_);
  clock_.advance(milliseconds(9));
  vfs_->restart_counting();
  clock_.advance(milliseconds(4));
  take_and_leave(*other_, milliseconds(2));
  const LockWaitFigures found = figures();
  EXPECT_EQ(found.waits.waits, 0);
  EXPECT_EQ(found.waits.slept_ns, 0);
  EXPECT_EQ(found.asked_ns.total_count(), 0);
  EXPECT_EQ(found.waits.acquisitions, 1);
  EXPECT_EQ(found.waits.lock_held_ns, 2 * kMs);
  EXPECT_EQ(found.waits.lock_free_longest_ns, 0) << "no gap lies between two holders since";
}

TEST_F(Contention, ASleepForAnotherLockIsNoWait) {
  open();
  vfs_->busy_sleep(1000);
  EXPECT_EQ(figures().waits.waits, 0);
  EXPECT_EQ(figures().waits.sleeps, 0);
  EXPECT_EQ(vfs_->lock_waits().busy_retries, 1);
}

}  // namespace
}  // namespace walbench::storage
