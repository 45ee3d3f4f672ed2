// Would catch: a database that is said to lie on another file system than it does, so that a
// warning of tmpfs or a network goes missing.

#include "storage/file_system.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/support/temporary_folder.hpp"

namespace walbench::storage {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using FileSystemOfFile = test_support::TemporaryFolderTest;

TEST(FileSystemOf, IsWhatTheKernelMounted) {
  EXPECT_EQ(file_system_of("/proc").type, "proc");
  EXPECT_EQ(file_system_of("/proc/self/stat").type, "proc");
  EXPECT_THAT(file_system_of("/proc").mount_options, HasSubstr("rw"));
  EXPECT_EQ(file_system_of("/proc").rotates, "unknown") << "there is no disk behind it";
  const std::string here = file_system_of(fs::temp_directory_path()).type;
  EXPECT_FALSE(here.empty());
  EXPECT_EQ(here.find(' '), std::string::npos) << here;
}

TEST(FileSystemOf, OptionsAreThoseOfTheMountAndOfTheFileSystem) {
  const std::string options = file_system_of("/proc").mount_options;
  const std::size_t space = options.find(' ');
  ASSERT_NE(space, std::string::npos) << options;
  EXPECT_THAT(options.substr(0, space), HasSubstr("rw"));
  EXPECT_THAT(options.substr(space), HasSubstr("rw"));
}

TEST_F(FileSystemOfFile, IsThatOfItsFolder) {
  const FileSystem file = file_system_of(write("a file", "text"));
  const FileSystem folder = file_system_of(directory());
  EXPECT_NE(file.type, "unknown");
  EXPECT_EQ(file.type, folder.type);
  EXPECT_EQ(file.mount_options, folder.mount_options);
  EXPECT_EQ(file.rotates, folder.rotates);
  EXPECT_THAT(file.rotates, testing::AnyOf("yes", "no", "unknown"));
}

TEST(FileSystemOf, KnowsOneInMemoryWhichHasNoDisk) {
  if (!fs::exists("/dev/shm")) GTEST_SKIP() << "there is no /dev/shm";
  const FileSystem memory = file_system_of("/dev/shm");
  if (memory.type != "tmpfs") GTEST_SKIP() << "/dev/shm is on " << memory.type;
  EXPECT_EQ(memory.rotates, "unknown");
}

TEST(FileSystemOf, SaysUnknownWhereThereIsNothing) {
  const FileSystem nowhere = file_system_of("/nowhere/at/all");
  EXPECT_EQ(nowhere.type, "unknown");
  EXPECT_EQ(nowhere.mount_options, "unknown");
  EXPECT_EQ(nowhere.rotates, "unknown");
}

}  // namespace
}  // namespace walbench::storage
