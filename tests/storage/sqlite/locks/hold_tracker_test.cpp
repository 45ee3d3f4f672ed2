// Would catch: two holds of one process that are taken for a long one, or one that is cut in two;
// shares of time that do not add up; a hold that is said to be over and is not.

#include "storage/sqlite/locks/hold_tracker.hpp"

#include <gtest/gtest.h>

#include "tests/storage/sqlite/locks/lock_examples.hpp"

namespace walbench::storage {
namespace {

/// The holding of that lock by that process; one without holds if there is none.
LockHolding holding(const HoldTracker& tracker, HeldLock lock, pid_t pid) {
  for (const LockHolding& each : tracker.holdings()) {
    if (each.lock == lock && each.pid == pid) return each;
  }
  return {};
}

TEST(HoldTrackerTest, AHoldLastsFromHalfwayBeforeToHalfwayBehind) {
  HoldTracker tracker;
  tracker.add(wal_snapshot(1, {}), 0);
  tracker.add(wal_snapshot(1, {alone(LockByte::write, 7)}), 2 * kMs);
  tracker.add(wal_snapshot(1, {alone(LockByte::write, 7)}), 3 * kMs);
  tracker.add(wal_snapshot(2, {}), 7 * kMs);
  const LockHolding held = holding(tracker, HeldLock::write, 7);
  EXPECT_EQ(held.holds, 1);
  EXPECT_EQ(held.held_ns, 4 * kMs) << "from 1 to 5";
  EXPECT_EQ(held.longest_ns, 4 * kMs);
  EXPECT_EQ(held.longest_error_ns, 3 * kMs) << "half of the gaps before it and behind it";
  EXPECT_FALSE(held.longest_is_cut);
  EXPECT_FALSE(held.held_at_last_look);
  EXPECT_EQ(held.first_seen_ns, 2 * kMs);
  EXPECT_EQ(held.last_seen_ns, 3 * kMs);
  EXPECT_EQ(tracker.holdings().size(), 1U);
}

TEST(HoldTrackerTest, ACommitBetweenTwoLooksEndsAHold) {
  HoldTracker tracker;
  for (std::uint32_t at = 0; at < 5; ++at) {
    tracker.add(wal_snapshot(at, {alone(LockByte::write, 7)}), at * kMs);
  }
  const LockHolding held = holding(tracker, HeldLock::write, 7);
  EXPECT_EQ(held.holds, 5);
  EXPECT_EQ(held.held_ns, 4 * kMs);
  EXPECT_EQ(held.longest_ns, 1 * kMs);
}

TEST(HoldTrackerTest, AnotherProcessEndsAHold) {
  HoldTracker tracker;
  tracker.add(wal_snapshot(1, {}), 0);
  tracker.add(wal_snapshot(1, {alone(LockByte::write, 7)}), 2 * kMs);
  tracker.add(wal_snapshot(1, {alone(LockByte::write, 8)}), 4 * kMs);
  tracker.add(wal_snapshot(1, {}), 6 * kMs);
  EXPECT_EQ(holding(tracker, HeldLock::write, 7).held_ns, 2 * kMs);
  EXPECT_EQ(holding(tracker, HeldLock::write, 8).held_ns, 2 * kMs);
}

TEST(HoldTrackerTest, SaysAtLeastWhereItDidNotSeeBeginningAndEnd) {
  HoldTracker tracker;
  tracker.add(wal_snapshot(1, {alone(LockByte::write, 7)}), 0);
  tracker.add(wal_snapshot(1, {alone(LockByte::write, 7)}), 10 * kMs);
  tracker.add(wal_snapshot(1, {}), 12 * kMs);
  tracker.add(wal_snapshot(1, {alone(LockByte::write, 8)}), 14 * kMs);
  EXPECT_TRUE(holding(tracker, HeldLock::write, 7).longest_is_cut);
  EXPECT_EQ(holding(tracker, HeldLock::write, 7).longest_ns, 11 * kMs);
  EXPECT_TRUE(holding(tracker, HeldLock::write, 8).longest_is_cut);
  EXPECT_TRUE(holding(tracker, HeldLock::write, 8).held_at_last_look);
}

TEST(HoldTrackerTest, ALongerHoldTakesThePlaceOfOneThatWasCut) {
  HoldTracker tracker;
  tracker.add(wal_snapshot(1, {alone(LockByte::write, 7)}), 0);
  tracker.add(wal_snapshot(2, {}), 2 * kMs);
  tracker.add(wal_snapshot(2, {alone(LockByte::write, 7)}), 4 * kMs);
  tracker.add(wal_snapshot(3, {}), 6 * kMs);
  EXPECT_EQ(holding(tracker, HeldLock::write, 7).longest_ns, 2 * kMs);
  EXPECT_FALSE(holding(tracker, HeldLock::write, 7).longest_is_cut);
}

// Reserved, then alone on the file while the counter is raised and the file synced, then over.
TEST(HoldTrackerTest, InRollbackModeAHoldGoesOnWhileItCommits) {
  HoldTracker tracker;
  const auto reserved = alone(LockByte::reserved, 7);
  const auto on_file = alone(LockByte::shared, 7);
  tracker.add(rollback_snapshot(1, {}), 0);
  tracker.add(rollback_snapshot(1, {reserved}), 2 * kMs);
  tracker.add(rollback_snapshot(1, {reserved, alone(LockByte::pending, 7)}), 4 * kMs);
  tracker.add(rollback_snapshot(1, {reserved, on_file}), 6 * kMs);
  tracker.add(rollback_snapshot(2, {reserved, on_file}), 8 * kMs);
  tracker.add(rollback_snapshot(2, {reserved}), 10 * kMs);
  tracker.add(rollback_snapshot(2, {}), 12 * kMs);
  const LockHolding held = holding(tracker, HeldLock::write, 7);
  EXPECT_EQ(held.holds, 2);
  EXPECT_EQ(held.longest_ns, 8 * kMs);
  EXPECT_EQ(held.held_ns, 10 * kMs);
  const LockHolding exclusive = holding(tracker, HeldLock::exclusive, 7);
  EXPECT_EQ(exclusive.held_ns, 6 * kMs) << "readers were kept out";
}

TEST(HoldTrackerTest, InRollbackModeTwoCommitsAreTwoHolds) {
  HoldTracker tracker;
  const auto on_file = alone(LockByte::shared, 7);
  tracker.add(rollback_snapshot(1, {alone(LockByte::reserved, 7)}), 0);
  tracker.add(rollback_snapshot(3, {on_file}), 2 * kMs);
  tracker.add(rollback_snapshot(3, {on_file}), 4 * kMs);
  EXPECT_EQ(holding(tracker, HeldLock::write, 7).holds, 2);
}

TEST(HoldTrackerTest, LocksAreKeptApart) {
  HoldTracker tracker;
  tracker.add(wal_snapshot(1, {}), 0);
  tracker.add(wal_snapshot(1, {alone(LockByte::checkpoint, 7), alone(LockByte::recover, 8)}),
              2 * kMs);
  tracker.add(wal_snapshot(2, {alone(LockByte::checkpoint, 7)}), 4 * kMs);
  tracker.add(wal_snapshot(2, {}), 6 * kMs);
  EXPECT_EQ(holding(tracker, HeldLock::checkpoint, 7).held_ns, 4 * kMs);
  EXPECT_EQ(holding(tracker, HeldLock::checkpoint, 7).holds, 1) << "others may commit meanwhile";
  EXPECT_EQ(holding(tracker, HeldLock::recover, 8).held_ns, 2 * kMs);
  EXPECT_EQ(holding(tracker, HeldLock::write, 7).holds, 0);
}

TEST(HoldTrackerTest, WhoHasTheWholeDatabaseMayWrite) {
  HoldTracker tracker;
  tracker.add(wal_snapshot(1, {alone(LockByte::shared, 7)}), 0);
  tracker.add(wal_snapshot(1, {alone(LockByte::shared, 7)}), 2 * kMs);
  EXPECT_EQ(holding(tracker, HeldLock::write, 7).held_ns, 2 * kMs);
  EXPECT_EQ(holding(tracker, HeldLock::exclusive, 7).held_ns, 2 * kMs);
}

TEST(HoldTrackerTest, WhoHeldLongestComesFirst) {
  HoldTracker tracker;
  tracker.add(wal_snapshot(1, {alone(LockByte::write, 7)}), 0);
  tracker.add(wal_snapshot(1, {alone(LockByte::write, 8)}), 2 * kMs);
  tracker.add(wal_snapshot(1, {alone(LockByte::write, 8)}), 4 * kMs);
  ASSERT_EQ(tracker.holdings().size(), 2U);
  EXPECT_EQ(tracker.holdings().front().pid, 8);
}

}  // namespace
}  // namespace walbench::storage
