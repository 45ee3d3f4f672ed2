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

namespace walbench::storage {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

/// A directory to play in, which is also what TMPDIR names meanwhile.
class DatabaseFilesTest : public testing::Test {
 protected:
  DatabaseFilesTest() {
    std::string pattern = (fs::temp_directory_path() / "walbench-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
    playground_ = pattern;
    if (const char* const before = std::getenv("TMPDIR")) tmpdir_before_ = before;
    set_tmpdir(playground_);
  }
  ~DatabaseFilesTest() override {
    if (tmpdir_before_) {
      set_tmpdir(*tmpdir_before_);
    } else {
      unsetenv("TMPDIR");
    }
    std::error_code ignored;
    fs::remove_all(playground_, ignored);
  }

  static void set_tmpdir(const fs::path& path) { setenv("TMPDIR", path.c_str(), 1); }
  static void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }
  static std::string read(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  static mode_t mode(const fs::path& path) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0;
  }

  /// What lies in the playground, directories included.
  std::set<std::string> listing() const {
    std::set<std::string> names;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(playground_)) {
      names.insert(fs::relative(entry.path(), playground_).string());
    }
    return names;
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
    try {
      const DatabaseFiles files(wanted);
    } catch (const DatabaseFileError& error) {
      return error.what();
    }
    return "it was accepted";
  }

  fs::path playground_;
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
    const fs::path directory = files.database().parent_path();
    EXPECT_EQ(directory.parent_path(), playground_);
    EXPECT_EQ(mode(directory), 0700U);
    EXPECT_EQ(mode(files.database()), 0600U);
    EXPECT_EQ(fs::file_size(files.database()), 0U);
    leave_sqlite_files(files.database().string());
  }
  EXPECT_THAT(listing(), IsEmpty());
}

TEST_F(DatabaseFilesTest, TwoAtOnceDoNotMeet) {
  const DatabaseFiles one(std::nullopt);
  const DatabaseFiles other(std::nullopt);
  EXPECT_NE(one.database(), other.database());
}

TEST_F(DatabaseFilesTest, WithAPathItMakesThatFileAndRemovesItAndItsSiblingsAlone) {
  write(playground_ / "neighbour.db", "not yours");
  write(playground_ / "wanted.db-backup", "not yours");
  {
    const DatabaseFiles files(playground_ / "wanted.db");
    EXPECT_EQ(files.database(), playground_ / "wanted.db");
    EXPECT_EQ(mode(files.database()), 0600U);
    leave_sqlite_files(files.database().string());
  }
  EXPECT_EQ(listing(), (std::set<std::string>{"neighbour.db", "wanted.db-backup"}));
}

TEST_F(DatabaseFilesTest, ARelativePathIsFoundAgainFromElsewhere) {
  const fs::path before = fs::current_path();
  fs::current_path(playground_);
  {
    const DatabaseFiles files(fs::path("relative.db"));
    fs::current_path(before);
    EXPECT_EQ(files.database(), playground_ / "relative.db");
  }
  fs::current_path(before);
  EXPECT_THAT(listing(), IsEmpty());
}

TEST_F(DatabaseFilesTest, AnExistingDatabaseIsRefusedAndLeftAlone) {
  write(playground_ / "mine.db", "precious");
  EXPECT_THAT(refusal(playground_ / "mine.db"),
              AllOf(HasSubstr((playground_ / "mine.db").string()), HasSubstr("exists already")));
  EXPECT_EQ(remedy(playground_ / "mine.db"), Remedy::other_database);
  EXPECT_EQ(read(playground_ / "mine.db"), "precious");
}

TEST_F(DatabaseFilesTest, LeftoversOfAnotherDatabaseAreRefusedAndLeftAlone) {
  for (const char* const suffix : {"-wal", "-shm", "-journal"}) {
    const fs::path leftover = (playground_ / "new.db").string() + suffix;
    write(leftover, "precious");
    EXPECT_THAT(refusal(playground_ / "new.db"), HasSubstr(leftover.string()));
    EXPECT_EQ(remedy(playground_ / "new.db"), Remedy::other_database);
    EXPECT_EQ(read(leftover), "precious");
    EXPECT_FALSE(fs::exists(playground_ / "new.db"));
    fs::remove(leftover);
  }
}

TEST_F(DatabaseFilesTest, ALinkIsNotFollowed) {
  fs::create_symlink(playground_ / "elsewhere.db", playground_ / "link.db");
  EXPECT_THAT(refusal(playground_ / "link.db"), HasSubstr("exists already"));
  EXPECT_FALSE(fs::exists(playground_ / "elsewhere.db"));

  fs::create_symlink(playground_ / "elsewhere", playground_ / "new.db-wal");
  EXPECT_THAT(refusal(playground_ / "new.db"), HasSubstr("-wal"));
}

TEST_F(DatabaseFilesTest, APlaceWhereNothingCanBeCreatedIsNamedWithTheRemedy) {
  write(playground_ / "file", "");
  EXPECT_THAT(refusal(playground_ / "missing" / "a.db"),
              AllOf(HasSubstr("missing/a.db"), HasSubstr("No such file or directory")));
  EXPECT_EQ(remedy(playground_ / "missing" / "a.db"), Remedy::name_database);
  EXPECT_THAT(refusal(playground_ / "file" / "a.db"), HasSubstr("Not a directory"));

  if (geteuid() != 0) {  // root may write anywhere
    fs::create_directory(playground_ / "locked");
    fs::permissions(playground_ / "locked", fs::perms::owner_read | fs::perms::owner_exec);
    EXPECT_THAT(refusal(playground_ / "locked" / "a.db"), HasSubstr("Permission denied"));
  }
}

TEST_F(DatabaseFilesTest, ATemporaryPlaceThatDoesNotExistIsNamedWithTheRemedy) {
  set_tmpdir(playground_ / "missing");
  EXPECT_THAT(refusal(std::nullopt), HasSubstr((playground_ / "missing").string()));
  EXPECT_EQ(remedy(std::nullopt), Remedy::temporary_folder);
}

TEST_F(DatabaseFilesTest, AnEmptyPathIsRefusedLikeAnyOther) {
  EXPECT_NE(refusal(fs::path()), "it was accepted");
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
  EXPECT_THAT(listing(), IsEmpty());
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
  EXPECT_EQ(listing().size(), 2U) << "the stranger and its directory";
}

TEST_F(DatabaseFilesTest, StartingOverLeavesAnEmptyDatabaseAlone) {
  DatabaseFiles files(playground_ / "again.db");
  write(files.database(), "content");
  leave_sqlite_files(files.database().string());
  files.start_over();
  EXPECT_EQ(listing(), std::set<std::string>{"again.db"});
  EXPECT_EQ(fs::file_size(files.database()), 0U);
  EXPECT_EQ(mode(files.database()), 0600U);
}

TEST_F(DatabaseFilesTest, WhatWasRemovedIsNotRemovedAgain) {
  {
    DatabaseFiles files(playground_ / "gone.db");
    files.remove();
    EXPECT_THAT(listing(), IsEmpty());
    write(playground_ / "gone.db", "somebody else's by now");
  }
  EXPECT_EQ(read(playground_ / "gone.db"), "somebody else's by now");
}

}  // namespace
}  // namespace walbench::storage
