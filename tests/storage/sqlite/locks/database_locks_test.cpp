// Would catch: a lock that is looked for at the wrong byte or file; a holder without a pid that is
// lost; a -shm that was replaced and is still believed; a look that leaves a trace.

#include "storage/sqlite/locks/database_locks.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "storage/storage_error.hpp"
#include "tests/storage/sqlite/locks/lock_examples.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/temporary_folder.hpp"

namespace walbench::storage {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

struct Range {
  short type;
  std::int64_t begin;
  std::int64_t length = 1;
  bool of_open_file = false;
};

/// A process that holds locks on a file until the end of the scope.
class Holder {
 public:
  Holder(const fs::path& file, const std::vector<Range>& ranges) {
    int ready[2];
    EXPECT_EQ(pipe(ready), 0);
    pid_ = fork();
    if (pid_ == 0) hold(file, ranges, ready[1]);
    close(ready[1]);
    char byte = 0;
    EXPECT_EQ(read(ready[0], &byte, 1), 1) << "the child could not lock";
    close(ready[0]);
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  ~Holder() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  pid_t pid() const { return pid_; }

 private:
  [[noreturn]] static void hold(const fs::path& file, const std::vector<Range>& ranges, int ready) {
    const int descriptor = open(file.c_str(), O_RDWR);
    for (const Range& range : ranges) {
      struct flock lock {};
      lock.l_type = range.type;
      lock.l_start = range.begin;
      lock.l_len = range.length;
      if (fcntl(descriptor, range.of_open_file ? F_OFD_SETLK : F_SETLK, &lock) != 0) _exit(1);
    }
    if (write(ready, "r", 1) != 1) _exit(1);
    for (;;) {
      pause();
    }
  }

  pid_t pid_ = -1;
};

class DatabaseLocksTest : public test_support::TemporaryFolderTest {
 protected:
  void make(JournalMode mode) {
    write(database(), database_header(mode));
    if (mode == JournalMode::rollback) return;
    write(wal(), std::string(4152, 'w'));
    write(wal_index(), wal_index_header({.change_counter = 3,
                                         .frames = 100,
                                         .backfilled = 10,
                                         .marks = {0, 40, WalIndex::kUnusedMark}}));
  }
  fs::path database() const { return path("app.db"); }
  fs::path wal() const { return path("app.db-wal"); }
  fs::path wal_index() const { return path("app.db-shm"); }

  static std::string refusal(const fs::path& file) {
    return test_support::refusal_of<StorageError>([&] { return DatabaseLocks(file).look(); });
  }
};

constexpr std::int64_t kPending = 0x40000000;

TEST_F(DatabaseLocksTest, InWalModeTheBytesOfTheWalIndexCount) {
  make(JournalMode::wal);
  const Holder writer(wal_index(), {{F_WRLCK, 120}, {F_RDLCK, 124}, {F_RDLCK, 128}});
  const Holder checkpointer(wal_index(), {{F_WRLCK, 121}, {F_RDLCK, 128}});
  DatabaseLocks locks(database());
  const LockSnapshot snapshot = locks.look();
  EXPECT_EQ(snapshot.mode, JournalMode::wal);
  EXPECT_TRUE(snapshot.complete);
  EXPECT_THAT(snapshot.holders,
              UnorderedElementsAre(alone(LockByte::write, writer.pid()),
                                   shared(LockByte::read_mark_1, writer.pid()),
                                   alone(LockByte::checkpoint, checkpointer.pid()),
                                   shared(LockByte::connection, writer.pid()),
                                   shared(LockByte::connection, checkpointer.pid())));
  ASSERT_TRUE(snapshot.wal_index);
  EXPECT_EQ(snapshot.wal_index->frames, 100U);
  EXPECT_EQ(snapshot.wal_index->kept_by(1), 60U);
}

TEST_F(DatabaseLocksTest, AllWhoShareAByteAreNamed) {
  make(JournalMode::wal);
  const Holder one(wal_index(), {{F_RDLCK, 123}});
  const Holder other(wal_index(), {{F_RDLCK, 123}, {F_RDLCK, 124}});
  DatabaseLocks locks(database());
  EXPECT_THAT(locks.look().holders,
              UnorderedElementsAre(shared(LockByte::read_mark_0, one.pid()),
                                   shared(LockByte::read_mark_0, other.pid()),
                                   shared(LockByte::read_mark_1, other.pid())));
  EXPECT_FALSE(locks.look().complete) << "that takes long, and is not done each time";
  locks.list_regularly(1ms);
  for (int tries = 0; tries < 10'000 && !locks.look().complete; ++tries) {
    std::this_thread::sleep_for(1ms);
  }
  for (int tries = 0; tries < 10'000; ++tries) {
    const LockSnapshot snapshot = locks.look();
    if (!snapshot.complete) continue;
    EXPECT_THAT(snapshot.holders, Contains(shared(LockByte::read_mark_0, other.pid())));
    return;
  }
}

TEST_F(DatabaseLocksTest, InRollbackModeTheBytesOfTheDatabaseCount) {
  make(JournalMode::rollback);
  const Holder reader(database(), {{F_RDLCK, kPending + 2, 510}});
  const Holder writer(database(), {{F_WRLCK, kPending + 1}, {F_RDLCK, kPending + 2, 510}});
  DatabaseLocks locks(database());
  const LockSnapshot snapshot = locks.look();
  EXPECT_EQ(snapshot.mode, JournalMode::rollback);
  EXPECT_FALSE(snapshot.wal_index);
  EXPECT_THAT(snapshot.holders, UnorderedElementsAre(alone(LockByte::reserved, writer.pid()),
                                                     shared(LockByte::shared, reader.pid()),
                                                     shared(LockByte::shared, writer.pid())));
}

TEST_F(DatabaseLocksTest, APassingReaderIsNoPendingWriter) {
  make(JournalMode::rollback);
  const Holder passing(database(), {{F_RDLCK, kPending}});
  DatabaseLocks locks(database());
  EXPECT_THAT(locks.look().holders, IsEmpty());
}

TEST_F(DatabaseLocksTest, AWriterInRollbackModeKeepsOthersOut) {
  make(JournalMode::rollback);
  const Holder writer(database(), {{F_WRLCK, kPending, 512}});
  DatabaseLocks locks(database());
  EXPECT_THAT(locks.look().holders, UnorderedElementsAre(alone(LockByte::pending, writer.pid()),
                                                         alone(LockByte::reserved, writer.pid()),
                                                         alone(LockByte::shared, writer.pid())));
}

TEST_F(DatabaseLocksTest, InWalModeTheWholeDatabaseCanBeHeld) {
  make(JournalMode::wal);
  {
    const Holder user(database(), {{F_RDLCK, kPending + 2, 510}});
    EXPECT_THAT(DatabaseLocks(database()).look().holders, IsEmpty()) << "as every connection does";
  }
  const Holder owner(database(), {{F_WRLCK, kPending + 2, 510}});
  EXPECT_THAT(DatabaseLocks(database()).look().holders,
              ElementsAre(alone(LockByte::shared, owner.pid())));
}

TEST_F(DatabaseLocksTest, AnOpenFileDescriptionLockHasNoPid) {
  make(JournalMode::wal);
  const Holder holder(wal_index(), {{F_WRLCK, 120, 1, true}});
  DatabaseLocks locks(database());
  EXPECT_THAT(locks.look().holders, ElementsAre(alone(LockByte::write, kOpenFilePid)));
  EXPECT_EQ(locks.command_of(kOpenFilePid), "");
}

TEST_F(DatabaseLocksTest, AMissingWalIndexIsFollowed) {
  make(JournalMode::wal);
  fs::remove(wal_index());
  DatabaseLocks locks(database());
  EXPECT_THAT(locks.look().holders, IsEmpty());
  EXPECT_FALSE(locks.look().wal_index);
  EXPECT_FALSE(locks.state().has_wal_index);
  EXPECT_FALSE(fs::exists(wal_index())) << "it must not be made by looking";
  make(JournalMode::wal);
  EXPECT_TRUE(locks.look().wal_index);
  fs::remove(wal_index());
  make(JournalMode::wal);
  const Holder writer(wal_index(), {{F_WRLCK, 120}});
  EXPECT_THAT(locks.look().holders, ElementsAre(alone(LockByte::write, writer.pid())))
      << "of the new file";
}

TEST_F(DatabaseLocksTest, ADatabaseIsFoundThroughALink) {
  make(JournalMode::wal);
  fs::create_symlink(database(), path("link"));
  const Holder writer(wal_index(), {{F_WRLCK, 120}});
  EXPECT_THAT(DatabaseLocks(path("link")).look().holders,
              ElementsAre(alone(LockByte::write, writer.pid())));
}

TEST_F(DatabaseLocksTest, StateTellsSizesAndWhatHappenedToTheFile) {
  make(JournalMode::wal);
  write("app.db-journal", "journal");
  DatabaseLocks locks(database());
  const DatabaseState state = locks.state();
  EXPECT_EQ(state.mode, JournalMode::wal);
  EXPECT_EQ(state.page_bytes, 4096U);
  EXPECT_EQ(state.database_bytes, 100);
  EXPECT_EQ(state.wal_bytes, 4152);
  EXPECT_EQ(state.journal_bytes, 7);
  EXPECT_TRUE(state.has_wal_index);
  EXPECT_FALSE(state.replaced);
  EXPECT_NE(state.file_system.type, "unknown");
  write("other", database_header(JournalMode::rollback));
  fs::rename(path("other"), database());
  EXPECT_TRUE(locks.state().replaced);
}

TEST_F(DatabaseLocksTest, AnEmptyFileIsANewDatabase) {
  write(database(), "");
  DatabaseLocks locks(database());
  EXPECT_THAT(locks.look().holders, IsEmpty());
  EXPECT_TRUE(locks.state().empty);
}

TEST_F(DatabaseLocksTest, WhatIsNoDatabaseIsRefused) {
  EXPECT_THAT(refusal(path("missing.db")), HasSubstr("missing.db': No such file"));
  write("text", std::string(200, 'x'));
  EXPECT_THAT(refusal(path("text")), HasSubstr("is no SQLite database"));
  EXPECT_THAT(refusal(directory()), HasSubstr("is no regular file"));
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_THAT(refusal(path("pipe")), HasSubstr("is no regular file")) << "and nothing waits";
}

TEST_F(DatabaseLocksTest, ACommandLineIsThatOfTheProcess) {
  make(JournalMode::wal);
  const DatabaseLocks locks(database());
  EXPECT_THAT(locks.command_of(getpid()), HasSubstr("storage_test"));
  EXPECT_EQ(locks.command_of(0), "");
}

}  // namespace
}  // namespace walbench::storage
