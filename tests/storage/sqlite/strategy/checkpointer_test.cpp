// Silent bugs these tests would catch: background checkpoints that never come, or come with every
// commit and cost what they were to save; a WAL that grows without bound because it never starts
// over; a failed checkpoint that nobody hears of, or that is taken for a failed commit.

#include "storage/sqlite/strategy/checkpointer.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>

#include "tests/storage/sqlite/strategy/group_harness.hpp"
#include "tests/storage/sqlite/test_database.hpp"

namespace walbench::storage {
namespace {

constexpr std::int64_t kWalHeaderBytes = 32;
constexpr std::int64_t kFrameBytes = 4096 + 24;
constexpr std::int64_t kNoCap = 1'000'000;

/// A table, and a connection that the checkpointer watches, whose commits write one frame each.
class CheckpointerTest : public testing::Test {
 protected:
  CheckpointerTest() {
    const Connection creating = database_.connect_uncounted();
    creating.query_text("PRAGMA journal_mode=WAL");
    creating.execute("CREATE TABLE t(k INTEGER PRIMARY KEY, v); INSERT INTO t VALUES(1, 0)");
  }

  /// Also opens the connection.
  void start(std::int64_t every_frames, std::int64_t cap_frames,
             CheckpointMode mode = CheckpointMode::background) {
    const ConnectionSettings settings = {
        Synchronous::off, std::chrono::seconds(60), {mode, every_frames, cap_frames}};
    checkpointer_ = make_checkpointer(database_.path(), settings, database_.vfs());
    connection_.emplace(database_.connect());
    apply_settings(*connection_, settings);
    if (checkpointer_) checkpointer_->watch(*connection_);
    database_.vfs().restart_counting();
  }
  ~CheckpointerTest() override { connection_.reset(); }

  void commit(std::int64_t times) const {
    for (std::int64_t time = 0; time < times; ++time) {
      connection_->execute("UPDATE t SET v=v+1 WHERE k=1");
    }
  }
  /// Lets the checkpointer's thread run, if it has anything to do.
  static void let_others_run() {
    for (int round = 0; round < 20'000; ++round) {
      std::this_thread::yield();
    }
  }
  IoFigures figures() { return database_.vfs().figures(); }
  std::int64_t value() const { return connection_->query_int64("SELECT v FROM t"); }

  TestDatabase database_;
  std::unique_ptr<Checkpointer> checkpointer_;
  std::optional<Connection> connection_;
};

class Kinds : public CheckpointerTest, public testing::WithParamInterface<CheckpointKind> {};

TEST_P(Kinds, HoldTheWriteLockUnlessPassive) {
  const ConnectionSettings settings = {Synchronous::off,
                                       std::chrono::milliseconds(0),
                                       {CheckpointMode::background, 1, kNoCap, GetParam()}};
  checkpointer_ = make_checkpointer(database_.path(), settings, database_.vfs());
  connection_.emplace(database_.connect());
  apply_settings(*connection_, settings);
  checkpointer_->watch(*connection_);
  std::atomic<int> beside = -1;
  database_.disk().before_next(VfsOperation::write, FileKind::database, [&] {
    const Connection other = database_.connect_uncounted();
    beside = sqlite3_exec(other.handle(), "UPDATE t SET v=v+1", nullptr, nullptr, nullptr);
  });
  commit(1);
  ASSERT_TRUE(eventually([&] { return beside.load() >= 0; }));
  EXPECT_EQ(beside, GetParam() == CheckpointKind::passive ? SQLITE_OK : SQLITE_BUSY);
  connection_.reset();
  checkpointer_.reset();
}

INSTANTIATE_TEST_SUITE_P(All, Kinds,
                         testing::Values(CheckpointKind::passive, CheckpointKind::full,
                                         CheckpointKind::restart, CheckpointKind::truncate));

class EveryFrames : public CheckpointerTest, public testing::WithParamInterface<std::int64_t> {};

TEST_P(EveryFrames, ACheckpointIsMadeWhenSoManyHaveCollectedAndNotBefore) {
  start(GetParam(), kNoCap);
  commit(GetParam() - 1);
  let_others_run();
  EXPECT_EQ(figures().wal.checkpoints, 0);
  commit(1);
  ASSERT_TRUE(eventually([this] { return figures().wal.checkpoint_ns > 0; }));
  EXPECT_EQ(figures().wal.checkpoints, 1);
  EXPECT_EQ(figures().wal.db_bytes_written, 4096) << "all frames are of one page";
  EXPECT_EQ(checkpointer_->capped(), 0);
  EXPECT_NO_THROW(checkpointer_->rethrow_failure());
  EXPECT_EQ(value(), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Frames, EveryFrames, testing::Values(1, 10, 250),
                         testing::PrintToStringParamName());

TEST_F(CheckpointerTest, ThereAreNeverMoreCheckpointsThanTheFramesAllow) {
  start(20, kNoCap);
  for (std::int64_t checkpoints = 1; checkpoints <= 30; ++checkpoints) {
    // What becomes due while one is being made is asked for by a later commit.
    ASSERT_TRUE(eventually([&] {
      commit(1);
      return figures().wal.checkpoints >= checkpoints;
    }));
    ASSERT_LE(figures().wal.checkpoints * 20, figures().wal.frames);
  }
}

TEST_F(CheckpointerTest, FramesThatWereMovedDoNotCountAgain) {
  start(100, kNoCap);
  commit(60);
  const Connection reader = database_.connect_uncounted();
  reader.execute("BEGIN");
  reader.query_int64("SELECT v FROM t");
  commit(40);
  // What is newer than the reader's snapshot cannot be moved, so the WAL does not start over.
  ASSERT_TRUE(eventually([this] { return figures().wal.checkpoint_ns > 0; }));
  reader.execute("COMMIT");
  commit(59);
  let_others_run();
  EXPECT_EQ(figures().wal.checkpoints, 1) << "of 159 frames 60 have been moved";
  ASSERT_TRUE(eventually([this] {
    commit(1);
    return figures().wal.checkpoints == 2;
  }));
}

TEST_F(CheckpointerTest, AWalThatStartedOverIsCountedFromItsBeginning) {
  start(100, kNoCap);
  commit(100);
  ASSERT_TRUE(eventually([this] { return figures().wal.checkpoint_ns > 0; }));
  let_others_run();
  commit(100);
  // Should it have been busy with the first one just then, the next commit asks again.
  for (int more = 0; more < 90 && figures().wal.checkpoints < 2; ++more) {
    let_others_run();
    commit(1);
  }
  EXPECT_EQ(figures().wal.checkpoints, 2);
}

TEST_F(CheckpointerTest, FallingAsleepItMissesNoCheckpointThatBecomesDue) {
  start(1, kNoCap);
  for (std::int64_t checkpoints = 1; checkpoints <= 5'000; ++checkpoints) {
    ASSERT_TRUE(eventually([&] {
      commit(1);
      return figures().wal.checkpoints >= checkpoints;
    })) << checkpoints;
  }
}

TEST_F(CheckpointerTest, PastTheCapTheCommitItselfCheckpointsAndTheNextStartsTheWalOver) {
  // The background never has anything to do here.
  start(1'000, 10);
  commit(10);
  EXPECT_EQ(figures().wal.checkpoints, 0);
  EXPECT_EQ(checkpointer_->capped(), 0);
  commit(1);
  EXPECT_EQ(figures().wal.checkpoints, 1);
  EXPECT_EQ(checkpointer_->capped(), 1);
  EXPECT_EQ(figures().wal.size_end_bytes, kWalHeaderBytes + 11 * kFrameBytes);
  commit(10 * 11);
  EXPECT_EQ(checkpointer_->capped(), 11);
  EXPECT_EQ(figures().wal.checkpoints, 11);
  EXPECT_EQ(figures().wal.size_end_bytes, kWalHeaderBytes + 11 * kFrameBytes)
      << "it did not start over";
  EXPECT_EQ(figures().wal.size_end_bytes, size_on_disk(database_.wal_path()));

  checkpointer_->restart_counting();
  EXPECT_EQ(checkpointer_->capped(), 0);
  commit(11);
  EXPECT_EQ(checkpointer_->capped(), 1);
}

TEST_F(CheckpointerTest, WithBothAtWorkTheWalStartsOverAgainAndAgain) {
  start(50, 200);
  commit(20'000);
  EXPECT_GT(figures().wal.checkpoints, 0);
  // Usually it is about the cap; but a background that is not given a core in the midst of its work
  // lets the WAL grow meanwhile.
  EXPECT_LT(figures().wal.peak_bytes, figures().wal.bytes_written / 2);
  EXPECT_EQ(figures().wal.peak_bytes, size_on_disk(database_.wal_path()));
  EXPECT_NO_THROW(checkpointer_->rethrow_failure());
  EXPECT_EQ(value(), 20'000);
}

TEST_F(CheckpointerTest, ZeroFramesMeanNoneInTheBackgroundButTheCapHolds) {
  start(0, 10);
  commit(10);
  let_others_run();
  EXPECT_EQ(figures().wal.checkpoints, 0);
  commit(1);
  EXPECT_EQ(checkpointer_->capped(), 1);
}

TEST_F(CheckpointerTest, AReaderInTheWayIsNoFailure) {
  start(5, 10);
  commit(1);
  const Connection reader = database_.connect_uncounted();
  reader.execute("BEGIN");
  EXPECT_EQ(reader.query_int64("SELECT v FROM t"), 1);
  commit(30);
  EXPECT_EQ(value(), 31);
  EXPECT_EQ(reader.query_int64("SELECT v FROM t"), 1) << "its snapshot is gone";
  EXPECT_NO_THROW(checkpointer_->rethrow_failure());
}

TEST_F(CheckpointerTest, OtherModesHaveNoCheckpointer) {
  start(10, 20, CheckpointMode::off);
  EXPECT_EQ(checkpointer_, nullptr);
  commit(50);
  EXPECT_EQ(figures().wal.checkpoints, 0) << "off is off";
  connection_.reset();
  start(10, 20, CheckpointMode::automatic);
  EXPECT_EQ(checkpointer_, nullptr);
  commit(10);
  EXPECT_EQ(figures().wal.checkpoints, 1) << "SQLite makes them";
}

TEST_F(CheckpointerTest, MayGoWhileItsThreadIsAsleepOrAtWork) {
  for (int round = 0; round < 100; ++round) {
    start(2, kNoCap);
    commit(round % 4);
    connection_.reset();
    checkpointer_.reset();
  }
  start(2, kNoCap);
  EXPECT_EQ(value(), 25 * (0 + 1 + 2 + 3));
}

class FailedCheckpoint : public CheckpointerTest {
 protected:
  ~FailedCheckpoint() override { database_.disk().mend(); }

  void fail_database_writes(int code) { database_.disk().fail_writes(FileKind::database, code); }
};

TEST_F(FailedCheckpoint, InTheBackgroundIsToldLaterAndTheCommitSucceeds) {
  start(5, kNoCap);
  fail_database_writes(SQLITE_IOERR_WRITE);
  EXPECT_NO_THROW(commit(5));
  ASSERT_TRUE(eventually([this] {
    try {
      checkpointer_->rethrow_failure();
      return false;
    } catch (const SqliteError& error) {
      return error.extended_code() == SQLITE_IOERR_WRITE;
    }
  }));
  EXPECT_NO_THROW(commit(5));
  EXPECT_EQ(value(), 10);
}

TEST_F(FailedCheckpoint, PastTheCapIsToldLaterAndTheCommitSucceeds) {
  start(1'000, 5);
  fail_database_writes(SQLITE_FULL);
  EXPECT_NO_THROW(commit(6));
  EXPECT_EQ(value(), 6);
  EXPECT_EQ(checkpointer_->capped(), 0) << "it was not made";
  EXPECT_THROW(checkpointer_->rethrow_failure(), SqliteError);
}

TEST_F(FailedCheckpoint, OneThatAnotherIsAtIsNone) {
  start(1'000, 1);
  commit(1);
  const Connection other = database_.connect();
  database_.disk().before_next(VfsOperation::write, FileKind::database, [this] { commit(3); });
  other.query_int64("PRAGMA wal_checkpoint(PASSIVE)");
  EXPECT_EQ(value(), 4) << "the commits came in between";
  EXPECT_EQ(checkpointer_->capped(), 0) << "two at once";
  EXPECT_NO_THROW(checkpointer_->rethrow_failure());
  commit(1);
  EXPECT_EQ(checkpointer_->capped(), 1);
}

TEST_F(FailedCheckpoint, TheFirstFailureIsKept) {
  start(1'000, 5);
  fail_database_writes(SQLITE_FULL);
  commit(6);
  fail_database_writes(SQLITE_IOERR_WRITE);
  commit(1);
  database_.disk().mend();
  commit(1);
  EXPECT_EQ(checkpointer_->capped(), 1) << "it goes on checkpointing";
  try {
    checkpointer_->rethrow_failure();
    FAIL() << "forgotten";
  } catch (const SqliteError& error) {
    EXPECT_EQ(error.code(), SQLITE_FULL);
  }
}

}  // namespace
}  // namespace walbench::storage
