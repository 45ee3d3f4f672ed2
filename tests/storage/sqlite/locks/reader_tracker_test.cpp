// Would catch: a reader whose age starts anew because another one shares its mark; many short reads
// that are taken for a long one; frames that are blamed on nobody.

#include "storage/sqlite/locks/reader_tracker.hpp"

#include <gtest/gtest.h>

#include "tests/storage/sqlite/locks/lock_examples.hpp"

namespace walbench::storage {
namespace {

ReaderSeen reader(const ReaderTracker& tracker, pid_t pid) {
  for (const ReaderSeen& each : tracker.readers()) {
    if (each.pid == pid) return each;
  }
  return {};
}

/// As the kernel answers for one byte: one of those who share it.
LockSnapshot first_only(std::vector<LockHolder> holders) {
  LockSnapshot snapshot = wal_snapshot(1, std::move(holders));
  snapshot.complete = false;
  return snapshot;
}

TEST(ReaderTrackerTest, ReadsAsLongAsItHasItsMark) {
  ReaderTracker tracker;
  tracker.add(wal_snapshot(1, {}), 0);
  tracker.add(wal_snapshot(1, {shared(LockByte::read_mark_1, 7)}), 2 * kMs);
  tracker.add(wal_snapshot(9, {shared(LockByte::read_mark_1, 7)}), 4 * kMs);
  tracker.add(wal_snapshot(9, {}), 6 * kMs);
  const ReaderSeen seen = reader(tracker, 7);
  EXPECT_EQ(seen.longest_ns, 4 * kMs);
  EXPECT_EQ(seen.read_ns, 4 * kMs);
  EXPECT_FALSE(seen.longest_is_cut);
  EXPECT_FALSE(seen.reading_at_last_look);
  EXPECT_EQ(seen.frames_kept, 60U) << "of 100, its mark is 40";
}

TEST(ReaderTrackerTest, AMarkThatMovesIsAnotherTransaction) {
  ReaderTracker tracker;
  for (std::uint32_t at = 0; at < 4; ++at) {
    LockSnapshot snapshot = wal_snapshot(at, {shared(LockByte::read_mark_1, 7)});
    snapshot.wal_index->marks[1] = at;
    tracker.add(snapshot, at * 2 * kMs);
  }
  EXPECT_EQ(reader(tracker, 7).longest_ns, 2 * kMs);
  EXPECT_EQ(reader(tracker, 7).read_ns, 6 * kMs);
}

TEST(ReaderTrackerTest, SomebodyBehindAnotherGoesOn) {
  ReaderTracker tracker;
  const auto both = {shared(LockByte::read_mark_1, 7), shared(LockByte::read_mark_1, 8)};
  tracker.add(wal_snapshot(1, both), 0);
  tracker.add(first_only({shared(LockByte::read_mark_1, 7)}), 2 * kMs);
  tracker.add(first_only({shared(LockByte::read_mark_1, 7)}), 4 * kMs);
  EXPECT_EQ(reader(tracker, 8).longest_ns, 4 * kMs);
  EXPECT_TRUE(reader(tracker, 8).reading_at_last_look);
  tracker.add(wal_snapshot(1, {shared(LockByte::read_mark_1, 7)}), 6 * kMs);
  EXPECT_FALSE(reader(tracker, 8).reading_at_last_look) << "all were listed";
  EXPECT_TRUE(reader(tracker, 7).reading_at_last_look);
}

TEST(ReaderTrackerTest, NobodySharesAByteThatIsFree) {
  ReaderTracker tracker;
  tracker.add(wal_snapshot(1, {shared(LockByte::read_mark_1, 7)}), 0);
  tracker.add(first_only({}), 2 * kMs);
  EXPECT_FALSE(reader(tracker, 7).reading_at_last_look);
  EXPECT_EQ(reader(tracker, 7).longest_ns, 1 * kMs);
}

TEST(ReaderTrackerTest, OverlappingReadsOfAProcessCountOnce) {
  ReaderTracker tracker;
  tracker.add(wal_snapshot(1, {}), 0);
  tracker.add(wal_snapshot(1, {shared(LockByte::read_mark_1, 7)}), 2 * kMs);
  tracker.add(wal_snapshot(1, {shared(LockByte::read_mark_1, 7), shared(LockByte::read_mark_2, 7)}),
              4 * kMs);
  tracker.add(wal_snapshot(1, {shared(LockByte::read_mark_2, 7)}), 6 * kMs);
  tracker.add(wal_snapshot(1, {}), 8 * kMs);
  EXPECT_EQ(reader(tracker, 7).read_ns, 6 * kMs);
  EXPECT_EQ(reader(tracker, 7).longest_ns, 4 * kMs);
}

TEST(ReaderTrackerTest, WriterAndCheckpointerAreNoReaders) {
  ReaderTracker tracker;
  tracker.add(wal_snapshot(1, {alone(LockByte::write, 7), alone(LockByte::read_mark_1, 7),
                               shared(LockByte::connection, 7), shared(LockByte::shared, 7)}),
              0);
  EXPECT_TRUE(tracker.readers().empty());
}

TEST(ReaderTrackerTest, InRollbackModeReadersShareTheFile) {
  ReaderTracker tracker;
  tracker.add(rollback_snapshot(1, {shared(LockByte::shared, 7)}), 0);
  tracker.add(rollback_snapshot(2, {shared(LockByte::shared, 7)}), 2 * kMs);
  EXPECT_EQ(reader(tracker, 7).longest_ns, 2 * kMs);
  EXPECT_TRUE(reader(tracker, 7).longest_is_cut);
  EXPECT_EQ(reader(tracker, 7).frames_kept, 0U);
}

}  // namespace
}  // namespace walbench::storage
