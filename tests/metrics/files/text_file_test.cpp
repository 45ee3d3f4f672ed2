// Silent bugs these tests would catch: a file cut at its first zero byte or at the size of a buffer
// and read as if that were all; a directory or a file without end that keeps `report` busy.

#include "metrics/files/text_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>

#include "tests/support/refusal.hpp"
#include "tests/support/temporary_folder.hpp"

namespace walbench::metrics {
namespace {

constexpr std::size_t kPlenty = std::size_t{1} << 24U;

class TextFile : public test_support::TemporaryFolderTest {
 protected:
  std::filesystem::path file_with(const std::string& text) const { return write("file", text); }
};

std::string refusal(const std::filesystem::path& path, std::size_t most_bytes) {
  return test_support::refusal_of<FileReadError>([&] { return read_text_file(path, most_bytes); });
}

TEST_F(TextFile, IsReadByteForByte) {
  EXPECT_EQ(read_text_file(file_with(""), kPlenty), "");
  const std::string with_zero("a\0b\r\n\xff", 6);
  EXPECT_EQ(read_text_file(file_with(with_zero), kPlenty), with_zero);
}

TEST_F(TextFile, IsReadWholeWhereItIsLongerThanABuffer) {
  for (const std::size_t size : {65535U, 65536U, 65537U, 300'000U}) {
    std::string text;
    while (text.size() < size) {
      text += std::to_string(text.size()) + '\n';
    }
    text.resize(size);
    EXPECT_EQ(read_text_file(file_with(text), kPlenty), text) << size;
  }
}

TEST_F(TextFile, MayHaveExactlyTheMostBytes) {
  EXPECT_EQ(read_text_file(file_with("12345"), 5), "12345");
  EXPECT_NE(refusal(file_with("123456"), 5).find("holds more than"), std::string::npos);
}

TEST_F(TextFile, WithoutEndIsRefused) {
  EXPECT_EQ(refusal("/dev/zero", std::size_t{2} << 20U),
            "holds more than 2 MiB, which no such file needs");
}

TEST_F(TextFile, APipeIsReadToItsEnd) {
  const std::filesystem::path pipe = path("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const std::string text(200'000, 'x');
  const std::jthread writer([&] { std::ofstream(pipe, std::ios::binary) << text; });
  EXPECT_EQ(read_text_file(pipe, kPlenty), text);
}

TEST_F(TextFile, ThatIsNoneIsRefusedWithItsReason) {
  EXPECT_TRUE(refusal(path("missing"), kPlenty).starts_with("does not exist"))
      << refusal(path("missing"), kPlenty);
  EXPECT_EQ(refusal(path(""), kPlenty), "is a directory; name the files in it");
  const std::filesystem::path below_a_file = file_with("text") / "file";
  EXPECT_EQ(refusal(below_a_file, kPlenty), "Not a directory");
}

TEST_F(TextFile, WithoutPermissionIsRefused) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const std::filesystem::path secret = file_with("text");
  std::filesystem::permissions(secret, std::filesystem::perms::none);
  EXPECT_EQ(refusal(secret, kPlenty), "Permission denied");
}

TEST_F(TextFile, LeavesNoDescriptorOpen) {
  const auto open_descriptors = [] {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return std::distance(begin(all), end(all));
  };
  const std::filesystem::path some = file_with("text");
  const auto before = open_descriptors();
  static_cast<void>(read_text_file(some, kPlenty));
  static_cast<void>(refusal(some, 1));
  static_cast<void>(refusal(path(""), kPlenty));
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace walbench::metrics
