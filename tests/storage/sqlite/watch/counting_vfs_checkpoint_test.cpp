// Silent bugs these tests would catch: checkpoints whose time nobody counts, because of who made
// them; a time that is counted though nothing was moved; a longest that is longer than all
// together.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "storage/sqlite/strategy/checkpointer.hpp"
#include "storage/sqlite/watch/counting_vfs.hpp"
#include "tests/storage/sqlite/strategy/group_harness.hpp"
#include "tests/storage/sqlite/test_database.hpp"

namespace walbench::storage {
namespace {

/// A connection in WAL mode whose commits write one frame each and that checkpoints when told to.
class CheckpointTimes : public testing::Test {
 protected:
  CheckpointTimes() {
    connection_->query_text("PRAGMA journal_mode=WAL");
    connection_->execute(
        "PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0;"
        "CREATE TABLE t(k INTEGER PRIMARY KEY, v); INSERT INTO t VALUES(1, 0)");
    checkpoint("TRUNCATE");
    database_.vfs().restart_counting();
  }

  void commit(int times = 1) const {
    for (int time = 0; time < times; ++time) {
      connection_->execute("UPDATE t SET v=v+1 WHERE k=1");
    }
  }
  void checkpoint(const std::string& mode) const {
    connection_->query_int64("PRAGMA wal_checkpoint(" + mode + ")");
  }
  IoFigures figures() { return database_.vfs().figures(); }

  void expect_nothing_counted() {
    EXPECT_EQ(figures().wal.checkpoints, 0);
    EXPECT_EQ(figures().wal.checkpoint_ns, 0);
    EXPECT_EQ(figures().wal.checkpoint_longest_ns, 0);
  }
  /// As they are after exactly one checkpoint.
  void expect_one_counted() {
    EXPECT_EQ(figures().wal.checkpoints, 1);
    EXPECT_GT(figures().wal.checkpoint_ns, 0);
    EXPECT_EQ(figures().wal.checkpoint_longest_ns, figures().wal.checkpoint_ns);
  }

  TestDatabase database_;
  std::optional<Connection> connection_ = database_.connect();
};

TEST_F(CheckpointTimes, ThereIsNoneBeforeTheFirst) {
  commit(10);
  expect_nothing_counted();
}

class CheckpointModes : public CheckpointTimes, public testing::WithParamInterface<std::string> {};

TEST_P(CheckpointModes, AreCountedWhereTheyMoveSomething) {
  checkpoint(GetParam());
  expect_nothing_counted();
  commit();
  checkpoint(GetParam());
  expect_one_counted();
  const IoFigures after_one = figures();
  checkpoint(GetParam());
  EXPECT_EQ(figures().wal.checkpoint_ns, after_one.wal.checkpoint_ns)
      << "there was nothing left to move";
}

INSTANTIATE_TEST_SUITE_P(Pragma, CheckpointModes,
                         testing::Values("PASSIVE", "FULL", "RESTART", "TRUNCATE"),
                         [](const auto& mode) { return mode.param; });

TEST_F(CheckpointTimes, AutomaticOnesAreCounted) {
  connection_->execute("PRAGMA wal_autocheckpoint=10");
  commit(9);
  expect_nothing_counted();
  commit();
  expect_one_counted();
}

TEST_F(CheckpointTimes, OneThatAReaderKeepsFromMovingAnythingIsNot) {
  commit();
  checkpoint("PASSIVE");
  database_.vfs().restart_counting();
  const Connection reader = database_.connect_uncounted();
  reader.execute("BEGIN");
  reader.query_int64("SELECT v FROM t");
  commit();
  checkpoint("PASSIVE");
  expect_nothing_counted();
  reader.execute("COMMIT");
  checkpoint("PASSIVE");
  expect_one_counted();
}

TEST_F(CheckpointTimes, TheOneOfTheLastCloseIsCounted) {
  commit();
  connection_.reset();
  expect_one_counted();
}

TEST_F(CheckpointTimes, TheCloseOfWhoHasCheckpointedIsNotCountedAgain) {
  {
    const Connection other = database_.connect();
    other.execute("UPDATE t SET v=v+1");
    other.query_int64("PRAGMA wal_checkpoint(PASSIVE)");
    expect_one_counted();
    database_.vfs().restart_counting();
  }
  expect_nothing_counted();
}

TEST_F(CheckpointTimes, ACloseWithNothingLeftToMoveIsNot) {
  commit();
  checkpoint("PASSIVE");
  database_.vfs().restart_counting();
  connection_.reset();
  expect_nothing_counted();
}

TEST_F(CheckpointTimes, ACloseThatIsNotTheLastMakesNone) {
  {
    const Connection other = database_.connect();
    other.execute("UPDATE t SET v=v+1");
  }
  expect_nothing_counted();
}

TEST_F(CheckpointTimes, BackgroundOnesAreCounted) {
  Checkpointer checkpointer(
      database_.path(),
      {Synchronous::normal, std::chrono::seconds(60), {CheckpointMode::background, 10, 1'000}},
      database_.vfs());
  checkpointer.watch(*connection_);
  commit(10);
  ASSERT_TRUE(eventually([this] { return figures().wal.checkpoint_ns > 0; }));
  expect_one_counted();
  connection_.reset();
}

TEST_F(CheckpointTimes, AddUpAndTheLongestIsOneOfThem) {
  std::int64_t longest_ns = 0;
  std::int64_t total_ns = 0;
  for (int round = 0; round < 10; ++round) {
    commit(1 + round % 3);
    checkpoint("PASSIVE");
    const std::int64_t took_ns = figures().wal.checkpoint_ns - total_ns;
    EXPECT_GT(took_ns, 0) << round;
    total_ns += took_ns;
    longest_ns = std::max(longest_ns, took_ns);
    EXPECT_EQ(figures().wal.checkpoint_longest_ns, longest_ns) << round;
  }
  EXPECT_LT(longest_ns, total_ns);
}

TEST_F(CheckpointTimes, AreNoLongerThanTheCallsThatMakeThem) {
  const auto expect_no_longer_than = [this](const auto& call) {
    commit(5);
    database_.vfs().restart_counting();
    const auto began = std::chrono::steady_clock::now();
    call();
    const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - began;
    EXPECT_GT(figures().wal.checkpoint_ns, 0);
    EXPECT_LE(figures().wal.checkpoint_ns, took.count());
  };
  expect_no_longer_than([this] { checkpoint("PASSIVE"); });
  expect_no_longer_than([this] { checkpoint("TRUNCATE"); });
  expect_no_longer_than([this] { connection_.reset(); });
}

TEST_F(CheckpointTimes, RestartCountingForgetsThem) {
  commit();
  checkpoint("PASSIVE");
  database_.vfs().restart_counting();
  expect_nothing_counted();
  commit();
  checkpoint("PASSIVE");
  expect_one_counted();
}

}  // namespace
}  // namespace walbench::storage
