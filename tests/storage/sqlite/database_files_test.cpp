// Silent bugs these tests would catch: a database of the user's that is overwritten or removed; a
// temporary one that others may read, or that stays behind run after run and fills the disk.

#include "storage/sqlite/database_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>

#include "tests/storage/sqlite/test_database.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/temporary_folder.hpp"

namespace walbench::storage {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

/// TMPDIR names the folder meanwhile.
class DatabaseFilesTest : public test_support::TemporaryFolderTest {
 protected:
  DatabaseFilesTest() {
    if (const char* const before = std::getenv("TMPDIR")) tmpdir_before_ = before;
    set_tmpdir(directory());
  }
  ~DatabaseFilesTest() override {
    if (tmpdir_before_) {
      set_tmpdir(*tmpdir_before_);
    } else {
      unsetenv("TMPDIR");
    }
  }

  static void set_tmpdir(const fs::path& path) { setenv("TMPDIR", path.c_str(), 1); }
  static mode_t mode(const fs::path& path) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0;
  }

  static Remedy remedy(const std::optional<fs::path>& wanted) {
    try {
      const DatabaseFiles files(wanted);
    } catch (const DatabaseFileError& error) {
      return error.remedy();
    }
    return Remedy::none;
  }

  /// Why that path was refused.
  static std::string refusal(const std::optional<fs::path>& wanted) {
    return test_support::refusal_of<DatabaseFileError>([&] { const DatabaseFiles files(wanted); });
  }

  std::optional<std::string> tmpdir_before_;
};

/// Leaves behind what SQLite does when a process dies: database, -wal and -shm.
void leave_sqlite_files(const std::string& path) {
  for (const char* const suffix : {"-wal", "-shm", "-journal"}) {
    std::ofstream(path + suffix) << "left";
  }
}

TEST_F(DatabaseFilesTest, WithoutAPathItMakesAPrivateDirectoryAndRemovesItAtTheEnd) {
  {
    const DatabaseFiles files(std::nullopt);
    const fs::path own = files.database().parent_path();
    EXPECT_EQ(own.parent_path(), directory());
    EXPECT_EQ(mode(own), 0700U);
    EXPECT_EQ(mode(files.database()), 0600U);
    EXPECT_EQ(fs::file_size(files.database()), 0U);
    leave_sqlite_files(files.database().string());
  }
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(DatabaseFilesTest, TwoAtOnceDoNotMeet) {
  const DatabaseFiles one(std::nullopt);
  const DatabaseFiles other(std::nullopt);
  EXPECT_NE(one.database(), other.database());
}

TEST_F(DatabaseFilesTest, WithAPathItMakesThatFileAndRemovesItAndItsSiblingsAlone) {
  write(path("neighbour.db"), "not yours");
  write(path("wanted.db-backup"), "not yours");
  {
    const DatabaseFiles files(path("wanted.db"));
    EXPECT_EQ(files.database(), path("wanted.db"));
    EXPECT_EQ(mode(files.database()), 0600U);
    leave_sqlite_files(files.database().string());
  }
  EXPECT_EQ(names(), (std::set<std::string>{"neighbour.db", "wanted.db-backup"}));
}

TEST_F(DatabaseFilesTest, ARelativePathIsFoundAgainFromElsewhere) {
  const fs::path before = fs::current_path();
  fs::current_path(directory());
  {
    const DatabaseFiles files(fs::path("relative.db"));
    fs::current_path(before);
    EXPECT_EQ(files.database(), path("relative.db"));
  }
  fs::current_path(before);
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(DatabaseFilesTest, AnExistingDatabaseIsRefusedAndLeftAlone) {
  write(path("mine.db"), "precious");
  EXPECT_THAT(refusal(path("mine.db")),
              AllOf(HasSubstr((path("mine.db")).string()), HasSubstr("exists already")));
  EXPECT_EQ(remedy(path("mine.db")), Remedy::other_database);
  EXPECT_EQ(read(path("mine.db")), "precious");
}

TEST_F(DatabaseFilesTest, LeftoversOfAnotherDatabaseAreRefusedAndLeftAlone) {
  for (const char* const suffix : {"-wal", "-shm", "-journal"}) {
    const fs::path leftover = (path("new.db")).string() + suffix;
    write(leftover, "precious");
    EXPECT_THAT(refusal(path("new.db")), HasSubstr(leftover.string()));
    EXPECT_EQ(remedy(path("new.db")), Remedy::other_database);
    EXPECT_EQ(read(leftover), "precious");
    EXPECT_FALSE(fs::exists(path("new.db")));
    fs::remove(leftover);
  }
}

TEST_F(DatabaseFilesTest, ALinkIsNotFollowed) {
  fs::create_symlink(path("elsewhere.db"), path("link.db"));
  EXPECT_THAT(refusal(path("link.db")), HasSubstr("exists already"));
  EXPECT_FALSE(fs::exists(path("elsewhere.db")));

  fs::create_symlink(path("elsewhere"), path("new.db-wal"));
  EXPECT_THAT(refusal(path("new.db")), HasSubstr("-wal"));
}

TEST_F(DatabaseFilesTest, APlaceWhereNothingCanBeCreatedIsNamedWithTheRemedy) {
  write(path("file"), "");
  EXPECT_THAT(refusal(directory() / "missing" / "a.db"),
              AllOf(HasSubstr("missing/a.db"), HasSubstr("No such file or directory")));
  EXPECT_EQ(remedy(directory() / "missing" / "a.db"), Remedy::name_database);
  EXPECT_THAT(refusal(directory() / "file" / "a.db"), HasSubstr("Not a directory"));

  if (geteuid() != 0) {  // root may write anywhere
    fs::create_directory(path("locked"));
    fs::permissions(path("locked"), fs::perms::owner_read | fs::perms::owner_exec);
    EXPECT_THAT(refusal(directory() / "locked" / "a.db"), HasSubstr("Permission denied"));
  }
}

TEST_F(DatabaseFilesTest, ATemporaryPlaceThatDoesNotExistIsNamedWithTheRemedy) {
  set_tmpdir(path("missing"));
  EXPECT_THAT(refusal(std::nullopt), HasSubstr((path("missing")).string()));
  EXPECT_EQ(remedy(std::nullopt), Remedy::temporary_folder);
}

TEST_F(DatabaseFilesTest, AnEmptyPathIsRefusedLikeAnyOther) {
  EXPECT_NE(refusal(fs::path()), "accepted");
}

TEST_F(DatabaseFilesTest, ATemporaryDirectoryDoesNotStayWhereItsFileCannotBeCreated) {
  // A sanitizer that sees a type for the first time needs descriptors to look at it.
  EXPECT_EQ(DatabaseFileError("", Remedy::none).remedy(), Remedy::none);
  // No descriptor is free: the directory can still be made, the file in it cannot.
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const int lowest_free = dup(0);
  close(lowest_free);
  const rlimit none{static_cast<rlim_t>(lowest_free), before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  std::exception_ptr refused;
  try {
    const DatabaseFiles files(std::nullopt);
  } catch (const DatabaseFileError&) {
    refused = std::current_exception();  // sanitizers need a descriptor to look at it
  }
  setrlimit(RLIMIT_NOFILE, &before);

  ASSERT_TRUE(refused);
  try {
    std::rethrow_exception(refused);
  } catch (const DatabaseFileError& error) {
    EXPECT_THAT(error.what(), HasSubstr("Too many open files"));
  }
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(DatabaseFilesTest, WhatIsToBeKeptStays) {
  fs::path database;
  {
    DatabaseFiles files(std::nullopt);
    database = files.database();
    write(database, "kept");
    files.keep();
  }
  EXPECT_EQ(read(database), "kept");
}

TEST_F(DatabaseFilesTest, AStrangersFileInThePrivateDirectoryStays) {
  fs::path stranger;
  {
    const DatabaseFiles files(std::nullopt);
    stranger = files.database().parent_path() / "stranger";
    write(stranger, "not yours");
  }
  EXPECT_EQ(read(stranger), "not yours");
  EXPECT_EQ(names().size(), 2U) << "the stranger and its directory";
}

TEST_F(DatabaseFilesTest, StartingOverLeavesAnEmptyDatabaseAlone) {
  DatabaseFiles files(path("again.db"));
  write(files.database(), "content");
  leave_sqlite_files(files.database().string());
  files.start_over();
  EXPECT_EQ(names(), std::set<std::string>{"again.db"});
  EXPECT_EQ(fs::file_size(files.database()), 0U);
  EXPECT_EQ(mode(files.database()), 0600U);
}

TEST_F(DatabaseFilesTest, WhatWasRemovedIsNotRemovedAgain) {
  {
    DatabaseFiles files(path("gone.db"));
    files.remove();
    EXPECT_THAT(names(), IsEmpty());
    write(path("gone.db"), "somebody else's by now");
  }
  EXPECT_EQ(read(path("gone.db")), "somebody else's by now");
}

}  // namespace
}  // namespace walbench::storage
