// Silent bugs these tests would catch: a holder that is not named; a look that changes a file,
// takes a lock or leaves one behind; a watch that cannot be stopped, or forgets what it saw when it
// is.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <utility>

#include "tests/programs/lock_users.hpp"
#include "tests/programs/program.hpp"

namespace walbench::programs {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

const std::string kUser = WALBENCH_LOCK_USER_PATH;

class LocksTest : public testing::Test {
 protected:
  fs::path database() const { return scratch_ / "app.db"; }

  /// Everything in the folder: bytes and when they were written.
  std::map<std::string, std::pair<std::string, fs::file_time_type>> contents() const {
    std::map<std::string, std::pair<std::string, fs::file_time_type>> all;
    for (const std::string& name : names_in(scratch_.path())) {
      all[name] = {read_file(scratch_ / name), fs::last_write_time(scratch_ / name)};
    }
    return all;
  }

  /// What is told once somebody holds that lock.
  nlohmann::json told_once_held(const std::string& lock) const {
    for (int tries = 0; tries < 1000; ++tries) {
      nlohmann::json told = locks_of(database());
      if (!find_in(told["held_now"], "lock", lock).is_null()) return told;
    }
    ADD_FAILURE() << "nobody held " << lock;
    return locks_of(database());
  }

  ScratchDirectory scratch_;
};

TEST_F(LocksTest, NamesAWriterInWalMode) {
  make_database(database(), "wal");
  const LockUser writer(kUser, database(), "write", 20'000, 0, 60);
  const nlohmann::json told = told_once_held("WRITE");
  EXPECT_EQ(told["journal_mode"], "wal");
  const nlohmann::json held = find_in(told["held_now"], "lock", "WRITE");
  EXPECT_EQ(held["pid"], writer.pid());
  EXPECT_EQ(held["exclusive"], true);
  EXPECT_THAT(held["command"].get<std::string>(), HasSubstr("lock_user"));
  EXPECT_THAT(held["command"].get<std::string>(), HasSubstr(database().string() + " write"));
  EXPECT_EQ(told["connected"].size(), 1U);
  EXPECT_THAT(told["reservations"], IsEmpty());
  const Outcome table = run_locks({database().string()});
  EXPECT_THAT(table.out, HasSubstr("WRITE"));
  EXPECT_THAT(table.out, HasSubstr("pid " + std::to_string(writer.pid())));
}

TEST_F(LocksTest, NamesWriterAndReadersInRollbackMode) {
  make_database(database(), "delete");
  const LockUser reader(kUser, database(), "read", 20'000, 0, 60);
  const LockUser writer(kUser, database(), "write", 20'000, 0, 60);
  const nlohmann::json told = told_once_held("RESERVED");
  EXPECT_EQ(told["journal_mode"], "rollback");
  EXPECT_EQ(find_in(told["held_now"], "lock", "RESERVED")["pid"], writer.pid());
  EXPECT_EQ(find_in(told["held_now"], "pid", reader.pid())["lock"], "SHARED");
  EXPECT_TRUE(told["wal_bytes"].is_null());
  EXPECT_FALSE(told["journal_bytes"].is_null());
}

TEST_F(LocksTest, NamesTheReaderThatKeepsFrames) {
  make_database(database(), "wal");
  const LockUser reader(kUser, database(), "read", 30'000, 0, 60);
  static_cast<void>(told_once_held("READ 0"));
  LockUser writer(kUser, database(), "write", 1, 1, 1);
  EXPECT_EQ(writer.wait().exit_code, 0);
  const nlohmann::json told = locks_of(database(), {"--for", "100ms"});
  EXPECT_GT(told["frames"].get<int>(), 0);
  EXPECT_EQ(told["frames_not_checkpointed"], told["frames"]);
  ASSERT_EQ(told["readers"].size(), 1U);
  EXPECT_EQ(told["readers"][0]["pid"], reader.pid());
  EXPECT_EQ(told["readers"][0]["frames_kept"], told["frames"]);
  EXPECT_EQ(told["readers"][0]["longest_is_cut"], true);
  EXPECT_EQ(told["readers"][0]["read_share"], 1.0);
}

TEST_F(LocksTest, ChangesNothing) {
  make_database(database(), "wal");
  const LockUser reader(kUser, database(), "read", 30'000, 0, 60);
  static_cast<void>(told_once_held("READ 0"));
  const auto before = contents();
  EXPECT_EQ(before.size(), 3U) << "with -wal and -shm";
  EXPECT_EQ(run_locks({database().string()}).exit_code, 0);
  Program watching(locks_path(), {database().string(), "--for", "1s"}, {});
  const std::string pid = " " + std::to_string(watching.pid()) + " ";
  for (int tries = 0; tries < 20; ++tries) {
    EXPECT_THAT(read_file("/proc/locks"), Not(HasSubstr(pid))) << "it holds a lock itself";
  }
  EXPECT_EQ(watching.wait().exit_code, 0);
  EXPECT_EQ(contents(), before);
  EXPECT_EQ(locks_of(database())["held_now"].size(), 1U) << "the reader still has its lock";
}

TEST_F(LocksTest, MakesNoFileWhereNobodyHasTheDatabaseOpen) {
  for (const char* const mode : {"wal", "delete"}) {
    make_database(scratch_ / mode, mode);
  }
  const auto before = contents();
  EXPECT_EQ(before.size(), 2U);
  EXPECT_THAT(run_locks({(scratch_ / "wal").string()}).out,
              HasSubstr("There is no -shm file: nobody has the database open."));
  const Outcome rollback = run_locks({(scratch_ / "delete").string(), "--for", "50ms"});
  EXPECT_EQ(rollback.exit_code, 0);
  EXPECT_THAT(rollback.out, HasSubstr("rollback-journal mode"));
  EXPECT_THAT(rollback.out, HasSubstr("Nobody was seen holding the write lock."));
  EXPECT_EQ(contents(), before);
}

TEST_F(LocksTest, WhatIsNoDatabaseIsAFailure) {
  write_file(scratch_ / "text", std::string(5000, 't'));
  for (const char* const name : {"text", "missing", "."}) {
    const Outcome outcome = run_locks({(scratch_ / name).string()});
    EXPECT_EQ(outcome.exit_code, 3) << name;
    EXPECT_THAT(outcome.err, StartsWith("locks: '")) << name;
    EXPECT_EQ(outcome.out, "");
  }
  EXPECT_EQ(run_locks({}).exit_code, 2);
  EXPECT_EQ(run_locks({"a", "b"}).exit_code, 2);
}

TEST_F(LocksTest, AnInterruptionTellsWhatWasSeen) {
  make_database(database(), "wal");
  const LockUser writer(kUser, database(), "write", 20'000, 0, 60);
  static_cast<void>(told_once_held("WRITE"));
  Program locks(locks_path(), {database().string(), "--for", "1h"}, {});
  while (locks.threads() < 3) {
    std::this_thread::sleep_for(1ms);
  }
  std::this_thread::sleep_for(300ms);
  const auto asked = std::chrono::steady_clock::now();
  locks.send_signal(SIGINT);
  const Outcome outcome = locks.wait();
  EXPECT_LT(std::chrono::steady_clock::now() - asked, 10s);
  EXPECT_EQ(outcome.exit_code, 130);
  EXPECT_THAT(outcome.out, HasSubstr("until interrupted"));
  EXPECT_THAT(outcome.out, HasSubstr("longest hold of the write lock was that of pid " +
                                     std::to_string(writer.pid())));
}

TEST_F(LocksTest, AReaderOfTheOutputWhoLeavesIsNoError) {
  make_database(database(), "wal");
  EXPECT_EQ(run_locks({database().string()}, {.reader_leaves = true}).exit_code, 0);
}

TEST_F(LocksTest, MarkdownIsAFormat) {
  make_database(database(), "wal");
  const LockUser writer(kUser, database(), "write", 20'000, 0, 60);
  static_cast<void>(told_once_held("WRITE"));
  const Outcome markdown = run_locks({database().string(), "--format", "markdown"});
  EXPECT_THAT(markdown.out, StartsWith("# "));
  EXPECT_THAT(markdown.out, HasSubstr("| pid " + std::to_string(writer.pid()) + " |"));
}

TEST_F(LocksTest, ConnectionsOfOneProcessLookAlike) {
  make_database(database(), "wal");
  sqlite3* reading = nullptr;
  sqlite3* writing = nullptr;
  for (sqlite3** const connection : {&reading, &writing}) {
    ASSERT_EQ(sqlite3_open(database().c_str(), connection), SQLITE_OK);
  }
  for (const auto& [connection, sql] :
       {std::pair{reading, "BEGIN; SELECT * FROM t"}, std::pair{writing, "BEGIN IMMEDIATE"}}) {
    EXPECT_EQ(sqlite3_exec(connection, sql, nullptr, nullptr, nullptr), SQLITE_OK);
  }
  const nlohmann::json told = locks_of(database());
  EXPECT_EQ(find_in(told["held_now"], "lock", "WRITE")["pid"], getpid());
  EXPECT_EQ(find_in(told["held_now"], "lock", "READ 0")["pid"], getpid());
  EXPECT_EQ(told["connected"].size(), 1U);
  EXPECT_THAT(run_locks({database().string()}).out,
              HasSubstr("Threads and connections of one process look alike"));
  EXPECT_EQ(sqlite3_close(writing), SQLITE_OK);
  EXPECT_EQ(sqlite3_close(reading), SQLITE_OK);
}

TEST_F(LocksTest, AHolderOfAnOpenFileDescriptionLockIsSaidToBeThere) {
  make_database(database(), "wal");
  const LockUser reader(kUser, database(), "read", 20'000, 0, 60);
  static_cast<void>(told_once_held("READ 0"));
  const int shm = open((database().string() + "-shm").c_str(), O_RDWR | O_CLOEXEC);
  struct flock write_lock {};
  write_lock.l_type = F_WRLCK;
  write_lock.l_start = 120;
  write_lock.l_len = 1;
  ASSERT_EQ(fcntl(shm, F_OFD_SETLK, &write_lock), 0);
  const nlohmann::json held = find_in(locks_of(database())["held_now"], "lock", "WRITE");
  EXPECT_TRUE(held["pid"].is_null());
  EXPECT_EQ(held["holder"], "an OFD lock");
  EXPECT_THAT(run_locks({database().string()}).out,
              HasSubstr("A holder uses open file description locks (OFD)"));
  close(shm);
}

TEST_F(LocksTest, AFileSystemWithoutPosixLocksIsSaidToBeOne) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers have a preloaded library of their own";
#endif
  make_database(database(), "delete");
  Program::Options options;
  options.environment = {{"LD_PRELOAD", WALBENCH_FAULTY_CALLS}, {"WALBENCH_FAULT", "no-locks"}};
  const Outcome outcome = run_locks({database().string()}, options);
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, StartsWith("locks: "));
  EXPECT_THAT(outcome.err, HasSubstr("the file system has no POSIX locks"));
}

TEST_F(LocksTest, AHolderInAnotherPidNamespaceIsSaidToBeThere) {
  make_database(database(), "wal");
  const LockUser writer(kUser, database(), "write", 20'000, 0, 60);
  static_cast<void>(told_once_held("WRITE"));
  // The one who looks is in a namespace from which the holder is not seen.
  Program apart("/usr/bin/unshare", {"--pid", "--fork", locks_path(), database().string()}, {});
  const Outcome outcome = apart.wait();
  if (outcome.exit_code == 127 || outcome.err.find("unshare") != std::string::npos) {
    GTEST_SKIP() << "no pid namespace can be made here: " << outcome.err;
  }
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("in another pid namespace"));
  EXPECT_THAT(outcome.out, HasSubstr("Run this on the host."));
}

}  // namespace
}  // namespace walbench::programs
