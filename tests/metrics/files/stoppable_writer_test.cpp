// Silent bugs these tests would catch: a program that nobody can stop because it waits for a reader
// who does not read; a text that a slow reader gets in part; a terminal that stays in another mode
// for the program that shares it.

#include "metrics/files/stoppable_writer.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <thread>

#include "tests/support/eventually.hpp"

namespace walbench::metrics {
namespace {

const std::string kMuch(1'000'000, 'x');  // more than a pipe or a socket holds

/// Two connected descriptors.
class Connected {
 public:
  explicit Connected(bool sockets) {
    const int made = sockets ? ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data())
                             : ::pipe2(ends_.data(), O_CLOEXEC);
    EXPECT_EQ(made, 0);
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  }
  Connected(const Connected&) = delete;
  Connected& operator=(const Connected&) = delete;
  ~Connected() {
    close_reader();
    ::close(ends_[1]);
  }

  int writer() const { return ends_[1]; }
  void close_reader() {
    if (ends_[0] >= 0) ::close(ends_[0]);
    ends_[0] = -1;
  }
  int bytes_waiting() const {
    int bytes = 0;
    return ::ioctl(ends_[0], FIONREAD, &bytes) == 0 ? bytes : -1;
  }
  std::string read(std::size_t bytes) const {
    std::string text;
    std::array<char, 4096> chunk{};
    while (text.size() < bytes) {
      const ssize_t count = ::read(ends_[0], chunk.data(), chunk.size());
      if (count <= 0) break;
      text.append(chunk.data(), static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

class StoppableWriterTest : public testing::TestWithParam<bool> {
 protected:
  Connected connected_{GetParam()};
  std::stop_source stop_;
  StoppableWriter writer_{connected_.writer(), stop_.get_token()};
};

TEST_P(StoppableWriterTest, AStopEndsTheWaitForOneWhoDoesNotRead) {
  int result = 0;
  std::jthread writing([&] { result = writer_.write(kMuch); });
  ASSERT_TRUE(test_support::eventually([&] { return connected_.bytes_waiting() > 4096; }));
  stop_.request_stop();
  writing.join();
  EXPECT_EQ(result, ECANCELED);
}

TEST_P(StoppableWriterTest, ASlowReaderGetsTheWholeText) {
  int result = -1;
  std::jthread writing([&] { result = writer_.write(kMuch); });
  ASSERT_TRUE(test_support::eventually([&] { return connected_.bytes_waiting() > 4096; }));
  EXPECT_EQ(connected_.read(kMuch.size()), kMuch);
  writing.join();
  EXPECT_EQ(result, 0);
}

TEST_P(StoppableWriterTest, AfterAStopWhatFitsIsStillWritten) {
  stop_.request_stop();
  EXPECT_EQ(writer_.write("last words"), 0);
  EXPECT_EQ(connected_.read(10), "last words");
}

TEST_P(StoppableWriterTest, AReaderWhoHasGoneIsAnError) {
  connected_.close_reader();
  EXPECT_EQ(writer_.write(kMuch), EPIPE);
}

TEST_P(StoppableWriterTest, OthersWhoShareTheDescriptorStillWaitForTheReader) {
  EXPECT_EQ(::fcntl(connected_.writer(), F_GETFL) & O_NONBLOCK, 0);
}

INSTANTIATE_TEST_SUITE_P(Kinds, StoppableWriterTest, testing::Bool(),
                         [](const auto& sockets) { return sockets.param ? "Socket" : "Pipe"; });

TEST(StoppableWriter, AFileIsContinuedWhereItWas) {
  std::string name = testing::TempDir() + "walbench-writer-XXXXXX";
  const int file = ::mkstemp(name.data());
  ASSERT_GE(file, 0);
  ASSERT_EQ(::write(file, "one ", 4), 4);
  EXPECT_EQ(StoppableWriter(file, {}).write("two"), 0);
  std::array<char, 16> read{};
  EXPECT_EQ(::pread(file, read.data(), read.size(), 0), 7);
  EXPECT_STREQ(read.data(), "one two");
  ::close(file);
  ::unlink(name.c_str());
}

TEST(StoppableWriter, ADeviceThatIsFullIsAnError) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  if (full < 0) GTEST_SKIP() << "there is no /dev/full here";
  EXPECT_EQ(StoppableWriter(full, {}).write("x"), ENOSPC);
  ::close(full);
}

}  // namespace
}  // namespace walbench::metrics
