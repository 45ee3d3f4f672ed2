// Silent bugs these tests would catch: half a file at its target, or anything beside it after the
// process was killed; an old file lost when the new one cannot be written.

#include "metrics/files/whole_file.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "metrics/files/file_error.hpp"
#include "tests/support/little_room.hpp"
#include "tests/support/temporary_folder.hpp"

namespace walbench::metrics {
namespace {

using Names = std::set<std::string>;

class WholeFileTest : public test_support::TemporaryFolderTest {
 protected:
  std::string content(const std::string& name) const { return read(path(name)); }
  bool folder_has_files_without_names() const {
    const int descriptor = ::open(directory().c_str(), O_TMPFILE | O_WRONLY, 0600);
    if (descriptor >= 0) ::close(descriptor);
    return descriptor >= 0;
  }
};

TEST_F(WholeFileTest, IsThereOnceItIsMovedAndNotBefore) {
  const std::string large(1'000'000, 'x');
  WholeFile file(path("out"));
  file.append(large);
  file.append("end");
  file.flush();
  EXPECT_FALSE(std::filesystem::exists(path("out")));
  file.move_to_target();
  EXPECT_EQ(content("out"), large + "end");
  EXPECT_EQ(names(), Names{"out"});
  struct stat status {};
  ASSERT_EQ(::stat(path("out").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0644U);
}

TEST_F(WholeFileTest, ReplacesWhatIsThere) {
  write("out", "old and longer");
  WholeFile file(path("out"));
  file.append("new");
  EXPECT_EQ(content("out"), "old and longer");
  file.move_to_target();
  EXPECT_EQ(content("out"), "new");
  EXPECT_EQ(names(), Names{"out"});
}

TEST_F(WholeFileTest, IsGoneWhereItIsNotMoved) {
  { WholeFile(path("out")).append("text"); }
  EXPECT_EQ(names(), Names{});
}

TEST_F(WholeFileTest, AKilledProcessLeavesNothing) {
  if (!folder_has_files_without_names()) GTEST_SKIP() << "needs O_TMPFILE";
  const pid_t child = ::fork();
  if (child == 0) {
    WholeFile file(path("out"));
    file.append(std::string(1'000'000, 'x'));
    file.flush();
    ::raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(names(), Names{});
}

// Process ids come again.
TEST_F(WholeFileTest, ATakenTemporaryNameDoesNotBlock) {
  write("out", "old");
  const std::string taken = ".out.partial-" + std::to_string(::getpid()) + "-1";
  write(taken, "another's");
  WholeFile file(path("out"));
  file.append("new");
  file.move_to_target();
  EXPECT_EQ(content("out"), "new");
  EXPECT_EQ(content(taken), "another's");
}

TEST_F(WholeFileTest, SeveralCanWaitForTheirNames) {
  std::vector<WholeFile> files;
  for (const char* name : {"a", "b", "c"}) {
    files.emplace_back(path(name));
    files.back().append(name);
    files.back().flush();
  }
  for (WholeFile& file : files) {
    file.move_to_target();
  }
  EXPECT_EQ(content("a") + content("b") + content("c"), "abc");
}

TEST_F(WholeFileTest, ALinkIsNotFollowed) {
  write("real", "old");
  std::filesystem::create_symlink("real", path("link"));
  EXPECT_THROW(WholeFile(path("link")), FileError);
  EXPECT_THROW(WholeFile(path("no/such/folder")), FileError);
  EXPECT_EQ(content("real"), "old");
}

TEST_F(WholeFileTest, CreatesButDoesNotReplaceIfAskedTo) {
  write("out", "old");
  WholeFile second(path("out"));
  second.append("new");
  EXPECT_FALSE(second.create_at_target());
  EXPECT_EQ(content("out"), "old");
  std::filesystem::remove(path("out"));
  EXPECT_TRUE(second.create_at_target());
  EXPECT_EQ(content("out"), "new");
}

TEST_F(WholeFileTest, KeepsTheOldFileIfItCannotWrite) {
  write("out", "old");
  const std::string text(10'000, 'x');
  EXPECT_TRUE(fails_with_little_room(5000, [&] { write_file_atomically(path("out"), text); }));
  EXPECT_EQ(content("out"), "old");
  EXPECT_EQ(names(), Names{"out"});
}

// As in `report --values FILE --hgrm /dev/null`: as root, a rename would replace the device.
TEST_F(WholeFileTest, DoesNotReplaceWhatIsNoFile) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_THROW(write_file_atomically(path("pipe"), "text"), FileError);
  EXPECT_TRUE(std::filesystem::is_fifo(path("pipe")));
}

}  // namespace
}  // namespace walbench::metrics
