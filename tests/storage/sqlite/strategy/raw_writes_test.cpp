// Silent bugs these tests would catch: a ceiling measured with other work than a lifecycle's: rows
// left out or half done, another number of commits than the group size says, time that is not the
// writes'; an interrupted or failed measurement that passes for a whole one.

#include "storage/sqlite/strategy/raw_writes.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "storage/sqlite/strategy/sqlite_database.hpp"
#include "tests/storage/sqlite/test_database.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::storage {
namespace {

using test_support::ManualClock;

constexpr std::int64_t kFiles = 10;

class RawWritesTest : public testing::Test {
 protected:
  explicit RawWritesTest(const CheckpointPlan& checkpoint = {.mode = CheckpointMode::off})
      : database_(files_.database(), {.files = kFiles, .seed = 1},
                  {Synchronous::full, std::chrono::seconds(5), checkpoint}) {
    database_.seed();
    // Keeps the WAL from being moved and deleted by a close.
    keeper_.emplace(files_.database().string(), nullptr);
    keeper_->query_int64("SELECT count(*) FROM files");
    database_->restart_counting();
  }

  RawWrites write(std::int64_t files, std::int64_t group_size, const std::stop_token& stop = {}) {
    return database_->write_raw({files, group_size, database_.workload().statements(),
                                 [](std::int64_t file) { return plain_lifecycle(file); }},
                                clock_, stop);
  }

  DatabaseFiles files_{std::nullopt};
  LifecycleDatabase database_;
  std::optional<Connection> keeper_;
  ManualClock clock_{std::chrono::nanoseconds(1'000)};
};

class GroupSizes : public RawWritesTest, public testing::WithParamInterface<std::int64_t> {};

TEST_P(GroupSizes, EveryRowEndsAsALifecycleLeavesIt) {
  EXPECT_EQ(write(kFiles, GetParam()).writes, 3 * kFiles);
  const Verification found = database_.verify();
  EXPECT_EQ(found.rows_right, kFiles) << found.first_wrong;
  EXPECT_TRUE(found.passed(kFiles));
}

TEST_P(GroupSizes, EachGroupMakesThreeCommits) {
  write(kFiles, GetParam());
  const std::int64_t groups = (kFiles + GetParam() - 1) / GetParam();
  // With synchronous=FULL each commit syncs the WAL, whose header was synced once.
  EXPECT_EQ(database_->figures().wal.wal_syncs, 1 + 3 * groups);
}

INSTANTIATE_TEST_SUITE_P(Files, GroupSizes, testing::Values(1, 2, 3, 5, 9, 10, 11, 1'000'000),
                         testing::PrintToStringParamName());

TEST_F(RawWritesTest, AGroupMakesItsFirstTransitionBeforeAnyMakesItsSecond) {
  // Each commit is one state of the database, so a look at it from within the third UPDATE tells.
  keeper_->execute(
      "CREATE TABLE seen(least, most);"
      "CREATE TRIGGER look AFTER UPDATE ON files BEGIN "
      "INSERT INTO seen SELECT min(version), max(version) FROM files WHERE rowid<=4; END");
  write(4, 4);
  EXPECT_EQ(keeper_->query_int64("SELECT max(most-least) FROM seen"), 1);
  EXPECT_EQ(keeper_->query_int64("SELECT count(*) FROM seen"), 12);
}

TEST_F(RawWritesTest, OnlyTheFilesOrderedAreWritten) {
  EXPECT_EQ(write(4, 3).writes, 12);
  EXPECT_EQ(keeper_->query_int64("SELECT count(*) FROM files WHERE version=3 AND rowid<=4"), 4);
  EXPECT_EQ(keeper_->query_int64("SELECT count(*) FROM files WHERE version=0"), kFiles - 4);
}

TEST_F(RawWritesTest, NothingOrderedIsNothingWritten) {
  const RawWrites done = write(0, 10);
  EXPECT_EQ(done.writes, 0);
  EXPECT_EQ(done.elapsed_ns, 0);
}

TEST_F(RawWritesTest, TheTimeIsThatOfTheGroupsAlone) {
  // The clock moves on with each reading: once from a group's start to its end.
  EXPECT_EQ(write(kFiles, 3).elapsed_ns, 4 * 1'000);
  EXPECT_EQ(clock_.readings(), 2 * 4) << "single writes are not timed";
}

TEST_F(RawWritesTest, CanBeRepeatedAfterAReset) {
  write(kFiles, 4);
  keeper_.reset();
  database_.reset();
  write(kFiles, 10);
  EXPECT_TRUE(database_.verify().passed(kFiles));
}

TEST_F(RawWritesTest, AnUnexpectedRowIsAConflictAndLeavesTheLockFree) {
  keeper_->execute("UPDATE files SET version=7 WHERE rowid=5");
  EXPECT_THROW(write(kFiles, 3), OccConflict);
  EXPECT_NO_THROW(keeper_->execute("BEGIN IMMEDIATE; ROLLBACK"));
  EXPECT_EQ(keeper_->query_int64("SELECT sum(version) FROM files WHERE rowid<=3"), 9);
  EXPECT_EQ(keeper_->query_int64("SELECT sum(version) FROM files WHERE rowid>5"), 0);
}

TEST_F(RawWritesTest, ARowThatIsNotThereIsAConflict) {
  EXPECT_THROW(write(kFiles + 1, 100), OccConflict);
}

TEST_F(RawWritesTest, ALockedDatabaseIsAnError) {
  keeper_->execute("BEGIN IMMEDIATE");
  database_->interrupt_waits();
  EXPECT_THROW(write(kFiles, 3), SqliteError);
}

TEST_F(RawWritesTest, AStopEndsItWithAnErrorBetweenGroups) {
  std::stop_source stop;
  const auto stopping = [&](std::int64_t file) {
    if (file == 4) stop.request_stop();
    return plain_lifecycle(file);
  };
  EXPECT_THROW(database_->write_raw({kFiles, 2, database_.workload().statements(), stopping},
                                    clock_, stop.get_token()),
               StorageError);
  EXPECT_EQ(keeper_->query_int64("SELECT count(*) FROM files WHERE version=3"), 6);
  EXPECT_EQ(keeper_->query_int64("SELECT count(*) FROM files WHERE version=0"), kFiles - 6);
}

TEST_F(RawWritesTest, AStopBeforeItBeginsWritesNothing) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(write(kFiles, 2, stop.get_token()), std::runtime_error);
  EXPECT_EQ(keeper_->query_int64("SELECT max(version) FROM files"), 0);
}

/// The cap alone makes checkpoints that can be counted without waiting for a thread.
class RawWritesInTheBackground : public RawWritesTest {
 protected:
  RawWritesInTheBackground() : RawWritesTest({CheckpointMode::background, 1'000'000, 5}) {}
};

TEST_F(RawWritesInTheBackground, CheckpointsAreMadeAsTheSettingsSay) {
  keeper_.reset();
  write(kFiles, 1);
  EXPECT_GT(database_->figures().wal.checkpoints, 1) << "more than that of the close";
  EXPECT_TRUE(database_.verify().passed(kFiles));
}

TEST_F(RawWritesInTheBackground, ACheckpointThatFailedIsAnError) {
  database_.disk().fail_writes(FileKind::database, SQLITE_FULL);
  EXPECT_THROW(write(kFiles, 1), SqliteError);
  database_.disk().mend();
}

}  // namespace
}  // namespace walbench::storage
