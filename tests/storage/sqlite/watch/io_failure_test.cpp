// Silent bugs these tests would catch: a checkpoint that failed inside a COMMIT or a close, which
// SQLite reports to nobody, in a run that is called sound; a failed sync counted as one; a busy
// checkpoint, or a file that is gone, taken for a broken disk.

#include "storage/sqlite/watch/io_failure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cerrno>
#include <csignal>
#include <memory>
#include <optional>
#include <string>

#include "storage/sqlite/connection_settings.hpp"
#include "storage/sqlite/strategy/sqlite_database.hpp"
#include "tests/storage/sqlite/test_database.hpp"

namespace walbench::storage {
namespace {

using testing::HasSubstr;

constexpr FileKind kDatabase = FileKind::database;
constexpr FileKind kWal = FileKind::wal;

/// A connection that checkpoints with every commit.
class IoFailureTest : public testing::Test {
 protected:
  IoFailureTest() : connection_(database_.connect()) {
    apply_settings(connection_.value(), {.checkpoint = {.every_frames = 1}});
    connection_->execute("CREATE TABLE t(k INTEGER PRIMARY KEY, v); INSERT INTO t VALUES(1, 0)");
    database_.vfs().restart_counting();
  }

  void commit() const { connection_->execute("UPDATE t SET v=v+1"); }

  /// What the VFS says has failed; empty: nothing.
  std::string failure() {
    try {
      database_.vfs().rethrow_failure();
      return {};
    } catch (const SqliteError& error) {
      return error.what();
    }
  }

  TestDatabase database_;
  std::optional<Connection> connection_;
};

TEST_F(IoFailureTest, ASyncThatFailsInTheCheckpointOfACommitIsNamed) {
  database_.disk().fail(VfsOperation::sync, kDatabase, SQLITE_IOERR_FSYNC, EIO);
  EXPECT_NO_THROW(commit()) << "SQLite keeps it to itself";
  EXPECT_EQ(failure(),
            "sync of the database failed with errno 5 (Input/output error): disk I/O error "
            "(SQLite code 1034)");
  const IoFigures figures = database_.vfs().figures();
  EXPECT_EQ(figures.wal.db_syncs, 0);
  EXPECT_EQ(figures.wal.checkpoints, 0);
  EXPECT_EQ(database_.vfs().times().checkpoint.total_count(), 0);
}

TEST_F(IoFailureTest, ARefusalThatSQLiteReportsGetsItsCause) {
  const SqliteError refusal(nullptr, SQLITE_FULL, "COMMIT");
  EXPECT_STREQ(database_.vfs().explain(refusal).what(), refusal.what());
  database_.disk().fail(VfsOperation::write, kWal, SQLITE_FULL, ENOSPC);
  EXPECT_THROW(commit(), SqliteError);
  const SqliteError explained = database_.vfs().explain(refusal);
  EXPECT_STREQ(explained.what(),
               "COMMIT: database or disk is full (SQLite code 13); write of the -wal file failed "
               "with errno 28 (No space left on device)");
  EXPECT_EQ(explained.remedy(), Remedy::free_space);
}

TEST_F(IoFailureTest, NobodySleepsForALockAfterIt) {
  database_.disk().fail(VfsOperation::sync, kDatabase, SQLITE_IOERR_FSYNC, EIO);
  commit();
  const Connection holder = database_.connect_uncounted();
  holder.execute("BEGIN IMMEDIATE");
  EXPECT_THROW(commit(), SqliteError);
  EXPECT_EQ(database_.vfs().lock_waits().busy_retries, 0);
}

TEST_F(IoFailureTest, SoIsEachOtherCallOfACheckpoint) {
  database_.disk().fail(VfsOperation::write, kDatabase, SQLITE_FULL, ENOSPC);
  EXPECT_NO_THROW(commit());
  EXPECT_THAT(failure(), HasSubstr("write of the database failed with errno 28"));
  EXPECT_EQ(database_.vfs().figures().wal.db_writes, 0);
  EXPECT_EQ(database_.vfs().figures().wal.checkpoints, 0);
}

TEST_F(IoFailureTest, TheFirstFailureStays) {
  database_.disk().fail(VfsOperation::sync, kDatabase, SQLITE_IOERR_FSYNC, EIO);
  commit();
  database_.disk().fail(VfsOperation::write, kDatabase, SQLITE_FULL, ENOSPC);
  commit();
  database_.disk().mend();
  commit();
  EXPECT_THAT(failure(), HasSubstr("sync of the database failed"));
  EXPECT_EQ(database_.vfs().figures().wal.checkpoints, 1) << "the last one";
}

TEST_F(IoFailureTest, ACloseIsLookedAtToo) {
  connection_->execute("PRAGMA wal_autocheckpoint=0");
  commit();
  database_.disk().fail(VfsOperation::truncate, kDatabase, SQLITE_IOERR_TRUNCATE, EIO);
  database_.disk().fail(VfsOperation::write, kDatabase, SQLITE_IOERR_WRITE, EIO);
  connection_.reset();
  EXPECT_THAT(failure(), HasSubstr("write of the database failed"));
}

TEST_F(IoFailureTest, AMapOfTheWalIndexThatFailsIsNamed) {
  connection_.reset();
  database_.disk().fail(VfsOperation::shm_map, kDatabase, SQLITE_IOERR_SHMMAP, ENOMEM);
  const Connection connection = database_.connect();
  EXPECT_THROW(connection.query_int64("SELECT v FROM t"), SqliteError);
  EXPECT_THAT(failure(), HasSubstr("map of the database failed with errno 12"));
}

TEST_F(IoFailureTest, WhatIsNoFailureIsNotTakenForOne) {
  using enum VfsOperation;
  EXPECT_FALSE(IoFailure::is_failure(write, kWal, SQLITE_OK));
  EXPECT_FALSE(IoFailure::is_failure(shm_lock, kDatabase, SQLITE_BUSY));
  EXPECT_FALSE(IoFailure::is_failure(shm_map, kDatabase, SQLITE_BUSY_RECOVERY));
  EXPECT_FALSE(IoFailure::is_failure(read, kWal, SQLITE_IOERR_SHORT_READ));
  EXPECT_FALSE(IoFailure::is_failure(remove, kWal, SQLITE_IOERR_DELETE_NOENT));
  EXPECT_FALSE(IoFailure::is_failure(open, kDatabase, SQLITE_CANTOPEN));
  EXPECT_FALSE(IoFailure::is_failure(write, FileKind::other, SQLITE_FULL));
  EXPECT_TRUE(IoFailure::is_failure(remove, kWal, SQLITE_IOERR_DELETE));
  EXPECT_TRUE(IoFailure::is_failure(write, kWal, SQLITE_FULL));

  const Connection other = database_.connect();
  database_.disk().before_next(VfsOperation::write, kDatabase,
                               [&] { other.query_text("PRAGMA wal_checkpoint(PASSIVE)"); });
  commit();
  EXPECT_EQ(failure(), "") << "a checkpoint beside another is busy";
}

TEST_F(IoFailureTest, ARealErrnoIsAskedOfTheRealVfs) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  static_cast<void>(std::signal(SIGXFSZ, SIG_IGN));
  const rlimit small{100, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  EXPECT_THROW(commit(), SqliteError);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_THAT(failure(), HasSubstr("write of the -wal file failed with errno 27"));
}

TEST_F(IoFailureTest, APartOfAWriteMayReachTheFile) {
  connection_->execute("PRAGMA wal_autocheckpoint=0; PRAGMA wal_checkpoint(TRUNCATE)");
  commit();
  const std::int64_t bytes = size_on_disk(database_.wal_path()).value();
  database_.disk().fail_writes(kWal, SQLITE_FULL, 10);
  EXPECT_THROW(commit(), SqliteError);
  EXPECT_EQ(size_on_disk(database_.wal_path()), bytes + 10);
}

/// What a run calls, in its order.
TEST_F(IoFailureTest, EveryCallOfADatabaseFailsAfterAFailureThatSQLiteKeptToItself) {
  const DatabaseFiles files(std::nullopt);
  FaultyDisk disk;
  SqliteDatabase database(files.database(), {.checkpoint = {.every_frames = 1}},
                          Instrumentation::counts, &disk);
  database.seed({.schema_sql = "CREATE TABLE t(v)", .insert_sql = "INSERT INTO t VALUES(1)"}, {});
  disk.fail(VfsOperation::sync, kWal, SQLITE_IOERR_FSYNC, EIO);
  EXPECT_THROW(database.reset("INSERT INTO t VALUES(2)", {}), SqliteError);
  disk.mend();
  EXPECT_THROW(database.read("SELECT v FROM t", [](const auto&) {}, {}), SqliteError);
  EXPECT_THROW(database.integrity({}), SqliteError);
  EXPECT_THROW(database.settings({}), SqliteError);
}

}  // namespace
}  // namespace walbench::storage
