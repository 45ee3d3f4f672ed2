// Silent bugs these tests would catch: a refused row that takes its whole group with it, or that is
// acknowledged with it; a refused transaction of which some lifecycles hear and others do not; a
// rest of it that is committed all the same, each row by itself; a committer that never works
// again.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "storage/sqlite/strategy/group_committer.hpp"
#include "tests/storage/sqlite/strategy/committer_fixture.hpp"

namespace walbench::storage {
namespace {

using testing::HasSubstr;
using testing::Not;

class CommitterFailure : public CommitterTest {
 protected:
  /// Every UPDATE of that file meets with RAISE(`action`, 'refused').
  void refuse_updates_of(std::size_t file, const std::string& action) const {
    reader_.execute("CREATE TRIGGER refuse_" + std::to_string(file) +
                    " BEFORE UPDATE ON files WHEN NEW.file_path='" + outcomes_[file].path +
                    "' BEGIN SELECT RAISE(" + action + ", 'refused'); END");
  }

  std::string group_failure(std::size_t file) const {
    return outcomes_[file].message_of<GroupNotCommitted>().value_or("no GroupNotCommitted");
  }

  Remedy group_remedy(std::size_t file) const {
    try {
      std::rethrow_exception(outcomes_[file].failure);
    } catch (const GroupNotCommitted& error) {
      return error.remedy();
    }
  }

  /// The first `count` writes have failed as one group, by name, and nothing of it is in the
  /// database, which is sound and goes on working.
  void expect_group_failed(std::size_t count, const std::string& why) {
    for (std::size_t file = 0; file < count; ++file) {
      EXPECT_FALSE(outcomes_[file].succeeded()) << file;
      EXPECT_THAT(group_failure(file), HasSubstr(why)) << file;
      for (std::size_t other = 0; other < count; ++other) {
        EXPECT_THAT(group_failure(file), HasSubstr(outcomes_[other].path));
      }
      EXPECT_THAT(group_failure(file), Not(HasSubstr(outcomes_[count].path)));
    }
    EXPECT_EQ(rows_changed(), 0);
    EXPECT_EQ(reader_.query_text("PRAGMA integrity_check"), "ok");
    EXPECT_NO_THROW(reader_.execute("BEGIN IMMEDIATE; ROLLBACK")) << "the lock is still held";
    EXPECT_EQ(committer_->figures().groups, 0);
  }

  void expect_the_next_group_works() {
    commit_group(3);
    for (std::size_t file = 0; file < 3; ++file) {
      EXPECT_TRUE(outcomes_[file].succeeded()) << file;
    }
    EXPECT_EQ(rows_changed(), 3);
    EXPECT_EQ(committer_->figures().groups, 1);
    EXPECT_EQ(committer_->figures().writes, 3);
  }
};

TEST_F(CommitterFailure, ARowThatHasMovedOnFailsItsOwnWriteAlone) {
  start();
  reader_.execute("UPDATE files SET version=7 WHERE file_path='" + outcomes_[1].path + "'");
  commit_group(4);
  EXPECT_TRUE(outcomes_[1].failed_with<OccConflict>());
  EXPECT_THAT(outcomes_[1].message_of<OccConflict>().value_or(""), HasSubstr(outcomes_[1].path));
  EXPECT_EQ(version_of(1), 7);
  for (const std::size_t file : {0U, 2U, 3U}) {
    EXPECT_TRUE(outcomes_[file].succeeded()) << file;
    EXPECT_EQ(version_of(file), 1) << file;
  }
}

TEST_F(CommitterFailure, TheCommitIsCountedWithTheLastThatSucceeded) {
  start();
  reader_.execute("DELETE FROM files WHERE file_path='" + outcomes_[2].path + "'");
  commit_group(3);
  EXPECT_TRUE(outcomes_[2].failed_with<OccConflict>());
  EXPECT_FALSE(outcomes_[0].timings->committed);
  EXPECT_TRUE(outcomes_[1].timings->committed);
}

TEST_F(CommitterFailure, AGroupOfConflictsAloneLeavesTheLockFree) {
  start();
  reader_.execute("UPDATE files SET version=7");
  commit_group(2);
  EXPECT_TRUE(outcomes_[0].failed_with<OccConflict>());
  EXPECT_TRUE(outcomes_[1].failed_with<OccConflict>());
  EXPECT_NO_THROW(reader_.execute("BEGIN IMMEDIATE; ROLLBACK"));
}

TEST_F(CommitterFailure, AnUpdateThatAConstraintRefusesFailsAlone) {
  refuse_updates_of(1, "ABORT");
  start();
  commit_group(4);
  EXPECT_THAT(outcomes_[1].message_of<SqliteError>().value_or(""), HasSubstr("refused"));
  EXPECT_EQ(version_of(1), 0);
  for (const std::size_t file : {0U, 2U, 3U}) {
    EXPECT_TRUE(outcomes_[file].succeeded()) << file;
    EXPECT_EQ(version_of(file), 1) << file;
  }
}

TEST_F(CommitterFailure, AnUpdateAtWhichSqliteGivesUpTheTransactionFailsTheGroup) {
  refuse_updates_of(1, "ROLLBACK");
  start();
  commit_group(3);
  expect_group_failed(3, "refused");
  reader_.execute("DROP TRIGGER refuse_1");
  expect_the_next_group_works();
}

TEST_F(CommitterFailure, WhoHadFailedBeforeKeepsItsOwnReason) {
  refuse_updates_of(2, "ROLLBACK");
  reader_.execute("DELETE FROM files WHERE file_path='" + outcomes_[0].path + "'");
  start();
  commit_group(4);
  EXPECT_TRUE(outcomes_[0].failed_with<OccConflict>());
  for (const std::size_t file : {1U, 2U, 3U}) {
    EXPECT_TRUE(outcomes_[file].failed_with<GroupNotCommitted>()) << file;
  }
  EXPECT_EQ(rows_changed(), 0) << "the rest was written outside a transaction";
}

TEST_F(CommitterFailure, ALockThatIsNotFreeInTimeFailsTheGroupThatWaitedForIt) {
  settings_.busy_timeout = std::chrono::milliseconds(5);
  start();
  reader_.execute("BEGIN IMMEDIATE");
  commit_group(3);
  reader_.execute("ROLLBACK");
  expect_group_failed(3, "BEGIN IMMEDIATE");
  EXPECT_THAT(group_failure(0), HasSubstr("a group of 3"));
  EXPECT_EQ(group_remedy(0), Remedy::wait_longer);
  expect_the_next_group_works();
}

TEST_F(CommitterFailure, AnInterruptEndsTheWaitForTheLock) {
  start();
  reader_.execute("BEGIN IMMEDIATE");
  submit(0);
  ASSERT_TRUE(eventually([&] { return database_.vfs().lock_waits().busy_retries > 0; }));
  database_.vfs().interrupt_waits();
  ASSERT_TRUE(eventually([&] { return decided() == 1; }));
  EXPECT_TRUE(outcomes_[0].failed_with<GroupNotCommitted>());
  EXPECT_LT(database_.vfs().lock_waits().busy_retries, 300) << "it sat out the timeout";
}

TEST_F(CommitterFailure, AWaitForAnotherProcesssLockIsEverybodysBusyWait) {
  GroupCommitter& committer = start();
  reader_.execute("BEGIN IMMEDIATE");
  committer.expect_writers(2);
  submit(0);
  submit(1);
  ASSERT_TRUE(eventually([&] { return database_.vfs().lock_waits().busy_retries >= 2; }));
  reader_.execute("COMMIT");
  ASSERT_TRUE(eventually([&] { return decided() == 2; }));
  for (std::size_t file = 0; file < 2; ++file) {
    ASSERT_TRUE(outcomes_[file].succeeded()) << file;
    EXPECT_GE(outcomes_[file].timings->busy_wait_ns, 1'000'000 + 2'000'000) << file;
  }
  committer.expect_writers(-2);
  commit_group(2, 1);
  EXPECT_EQ(outcomes_[0].timings->busy_wait_ns, 0) << "an earlier group's wait";
}

TEST_F(CommitterFailure, ACommitThatIsRefusedAndLeavesItsTransactionOpenIsRolledBack) {
  // A deferred constraint is looked at by COMMIT, which then may be tried again; so SQLite undoes
  // nothing.
  reader_.execute(
      "CREATE TABLE parent(id INTEGER PRIMARY KEY);"
      "CREATE TABLE child(ref REFERENCES parent(id) DEFERRABLE INITIALLY DEFERRED);"
      "CREATE TRIGGER orphan AFTER UPDATE ON files WHEN NEW.file_path='" +
      outcomes_[1].path + "' BEGIN INSERT INTO child VALUES(1); END");
  start();
  ASSERT_EQ(sqlite3_exec(handle_, "PRAGMA foreign_keys=ON", nullptr, nullptr, nullptr), SQLITE_OK);
  commit_group(3);
  expect_group_failed(3, "COMMIT: FOREIGN KEY constraint failed");
  reader_.execute("DROP TRIGGER orphan");
  expect_the_next_group_works();
}

TEST_F(CommitterFailure, ACommitThatSqliteTurnsIntoARollbackFailsTheGroup) {
  start();
  int refuse = 1;
  sqlite3_commit_hook(
      handle_, [](void* refused) { return *static_cast<int*>(refused); }, &refuse);
  commit_group(3);
  expect_group_failed(3, "COMMIT");
  sqlite3_commit_hook(handle_, nullptr, nullptr);
  expect_the_next_group_works();
}

TEST_F(CommitterFailure, ARefusedCommitFailsNobodyOfTheGroupThatQueuedMeanwhile) {
  start();
  int refuse = 1;
  sqlite3_commit_hook(
      handle_,
      [](void* refused) {
        const int was = *static_cast<int*>(refused);
        *static_cast<int*>(refused) = 0;
        return was;
      },
      &refuse);
  const StatementHook hook(handle_, [&](const std::string& sql) {
    if (sql == "COMMIT" && resumer_.groups().empty()) submit(5);
  });
  commit_group(2);
  ASSERT_TRUE(eventually([&] { return decided() == 3; }));
  EXPECT_TRUE(outcomes_[0].failed_with<GroupNotCommitted>());
  EXPECT_TRUE(outcomes_[1].failed_with<GroupNotCommitted>());
  EXPECT_TRUE(outcomes_[5].succeeded());
  EXPECT_EQ(rows_changed(), 1);
  EXPECT_EQ(version_of(5), 1);
}

using FullDisk = CommitterFailure;

TEST_F(FullDisk, FailsTheGroupAndTheNextWorksWhenThereIsRoomAgain) {
  start();
  database_.disk().fail_writes(FileKind::wal, SQLITE_FULL);
  commit_group(3);
  database_.disk().mend();
  expect_group_failed(3, "COMMIT: database or disk is full");
  EXPECT_EQ(group_remedy(0), Remedy::free_space);
  expect_the_next_group_works();
}

TEST_F(FullDisk, KeepsWhatWasCommittedBefore) {
  start();
  commit_group(2);
  database_.disk().fail_writes(FileKind::wal, SQLITE_IOERR_WRITE);
  commit_group(2, 1);
  database_.disk().mend();
  EXPECT_THAT(group_failure(1), HasSubstr("disk I/O error"));
  EXPECT_EQ(version_of(0), 1);
  EXPECT_EQ(version_of(1), 1);
  stop();
  EXPECT_EQ(database_.connect().query_int64("SELECT sum(version) FROM files"), 2);
}

/// More files than a message is to name.
class LargeFailure : public CommitterTest {
 protected:
  static constexpr std::int64_t kMany = 103;
  LargeFailure() : CommitterTest(kMany) { outcomes_ = outcomes_of(kMany); }
};

TEST_F(LargeFailure, NamesAHundredFilesAndCountsTheRest) {
  settings_.busy_timeout = std::chrono::milliseconds(0);
  start();
  reader_.execute("BEGIN IMMEDIATE");
  commit_group(static_cast<std::size_t>(kMany));
  const std::string message = outcomes_[0].message_of<GroupNotCommitted>().value_or("");
  EXPECT_THAT(message, HasSubstr("a group of 103"));
  EXPECT_THAT(message, HasSubstr(outcomes_[99].path + " and 3 more"));
  EXPECT_THAT(message, Not(HasSubstr(outcomes_[100].path)));
}

}  // namespace
}  // namespace walbench::storage
