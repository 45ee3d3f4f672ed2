// Silent bugs these tests would catch: a wait that is cut in two, and its length with it, because
// the lock was had for a moment and was of no use; a sleep for another lock that is added to a wait
// for this one.
//
// What a thread hears of the locks is said here call by call, as SQLite's VFS would.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <thread>

#include "storage/sqlite/watch/lock_waits.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::storage {
namespace {

using std::chrono::microseconds;
using test_support::ManualClock;

class Heard : public testing::Test {
 protected:
  Heard() { waits_.keep_timeline(); }
  // What this thread is in the middle of must not reach the next test.
  ~Heard() override { commit(); }

  void sleep(std::int64_t asked_us, bool is_first) {
    EXPECT_TRUE(LockWaits::is_waiting());
    waits_.sleep(1000 * asked_us, is_first, [&] {
      clock_.advance(microseconds(asked_us));
      return asked_us * 1000;
    });
  }
  void commit() {
    const std::int64_t holding = waits_.acquired();
    waits_.wrote();
    waits_.released(holding);
  }
  /// Gets the lock, but another has committed since it began to read.
  void have_stale() { waits_.released(waits_.acquired()); }

  ManualClock clock_;
  LockWaits waits_{clock_};
};

TEST_F(Heard, AStaleSnapshotDoesNotEndTheWait) {
  waits_.refused();
  sleep(1'000, true);
  have_stale();
  sleep(2'000, false);
  have_stale();
  sleep(5'000, false);
  commit();
  const LockWaitFigures found = waits_.figures();
  EXPECT_EQ(found.waits.waits, 1);
  EXPECT_EQ(found.gave_up, 0);
  EXPECT_EQ(found.waits.sleeps, 3);
  EXPECT_EQ(found.waits.slept_ns, 8'000'000);
  EXPECT_EQ(found.waits.stale, 2);
  EXPECT_EQ(found.waits.acquisitions, 3);
  EXPECT_EQ(found.asked_ns.total_count(), 1);
  EXPECT_EQ(found.asked_ns.max(), found.asked_ns.highest_equivalent(8'000'000));
}

TEST_F(Heard, AStaleSnapshotAtTheFirstTryBeginsAWait) {
  have_stale();
  sleep(1'000, true);
  commit();
  EXPECT_EQ(waits_.figures().waits.waits, 1);
  EXPECT_EQ(waits_.figures().waits.stale, 1);
  EXPECT_EQ(waits_.figures().asked_ns.total_count(), 1);
}

TEST_F(Heard, WhoStartsAnewAfterAStaleSnapshotHasNotGivenUp) {
  waits_.refused();
  sleep(1'000, true);
  have_stale();
  sleep(1'000, true);
  commit();
  EXPECT_EQ(waits_.figures().waits.waits, 2);
  EXPECT_EQ(waits_.figures().gave_up, 0);
}

TEST_F(Heard, WhoStartsAnewAfterARefusalHas) {
  waits_.refused();
  sleep(1'000, true);
  waits_.refused();
  sleep(1'000, true);
  commit();
  EXPECT_EQ(waits_.figures().waits.waits, 2);
  EXPECT_EQ(waits_.figures().gave_up, 1);
}

TEST_F(Heard, AWaitIsNotOverBeforeSomethingWasWritten) {
  waits_.refused();
  sleep(1'000, true);
  const std::int64_t holding = waits_.acquired();
  EXPECT_EQ(waits_.figures().waits.waits, 0);
  EXPECT_FALSE(LockWaits::is_waiting());
  waits_.wrote();
  EXPECT_EQ(waits_.figures().waits.waits, 0);
  waits_.released(holding);
  EXPECT_EQ(waits_.figures().waits.waits, 1);
}

TEST_F(Heard, WhoIsRefusedAnotherLockWaitsForThat) {
  waits_.refused();
  EXPECT_TRUE(LockWaits::is_waiting());
  LockWaits::refused_other(BusyLock::reader);
  EXPECT_FALSE(LockWaits::is_waiting());
}

TEST_F(Heard, ACommitLeavesNothingToWaitFor) {
  commit();
  EXPECT_FALSE(LockWaits::is_waiting());
  EXPECT_EQ(waits_.figures().waits.waits, 0);
  EXPECT_EQ(waits_.figures().waits.acquisitions, 1);
}

// As with a shared connection, where the thread that fills a batch commits what another began.
TEST_F(Heard, TheLockMayBeLetGoByAnotherThread) {
  const std::int64_t holding = waits_.acquired();
  clock_.advance(microseconds(30));
  std::jthread([&] { waits_.released(holding); }).join();
  clock_.advance(microseconds(500));
  EXPECT_EQ(waits_.figures().waits.lock_held_ns, 30'000);
}

TEST_F(Heard, WhatAnotherThreadHeldCountsIntoTheSleep) {
  waits_.refused();
  waits_.sleep(1'000'000, true, [&] {
    clock_.advance(microseconds(1'000));
    return std::int64_t{5};  // what the sleeper believes does not matter beside the marks
  });
  commit();
  const LockWaitFigures found = waits_.figures();
  EXPECT_EQ(found.waits.slept_ns, 1'000'000);
  EXPECT_EQ(found.waits.held_ns + found.waits.free_ns, found.waits.slept_ns);
}

}  // namespace
}  // namespace walbench::storage
