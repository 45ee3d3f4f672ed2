// Silent bugs these tests would catch: `bench | head` that ends with a signal instead of its exit
// code; results written to a full disk that nobody is told about.

#include "tools/program/output.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <stop_token>
#include <string>

namespace walbench::tools {
namespace {

constexpr int kOutputError = 40;
constexpr int kOtherError = 41;
const std::string line = "a line of results\n";

/// Runs it in a process whose standard output is `descriptor`. Returns its exit code, or minus the
/// signal that ended it.
int exit_code_writing_to(int descriptor, const std::function<void()>& write) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(descriptor, STDOUT_FILENO);
    try {
      write();
      ::_exit(0);
    } catch (const OutputError&) {
      ::_exit(kOutputError);
    } catch (...) {
      ::_exit(kOtherError);
    }
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

struct Pipe {
  Pipe() { EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_reader();
    close_writer();
  }
  void close_reader() { close_end(ends[0]); }
  void close_writer() { close_end(ends[1]); }
  static void close_end(int& end) {
    if (end >= 0) ::close(end);
    end = -1;
  }
  std::array<int, 2> ends{};
};

TEST(Output, IsWrittenAndFlushed) {
  Pipe pipe;
  EXPECT_EQ(exit_code_writing_to(pipe.ends[1],
                                 [] {
                                   write_output(line);  // _exit() flushes nothing.
                                   write_output("");
                                 }),
            0);
  pipe.close_writer();  // or reading would wait for ever where nothing was written
  std::array<char, 100> got{};
  const ssize_t count = ::read(pipe.ends[0], got.data(), got.size());
  EXPECT_EQ(std::string(got.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))), line);
}

TEST(Output, AReaderWhoHasGoneIsNoError) {
  for (const std::size_t lines : {std::size_t{1}, std::size_t{100'000}}) {
    Pipe pipe;
    pipe.close_reader();
    EXPECT_EQ(exit_code_writing_to(pipe.ends[1],
                                   [lines] {
                                     survive_failed_writes();
                                     for (std::size_t count = 0; count < lines; ++count) {
                                       write_output(line);
                                     }
                                   }),
              0);
  }
}

TEST(Output, MoreThanABufferToAReaderWhoHasGoneIsNoErrorEither) {
  Pipe pipe;
  pipe.close_reader();
  EXPECT_EQ(exit_code_writing_to(pipe.ends[1],
                                 [] {
                                   survive_failed_writes();
                                   write_output(std::string(1'000'000, 'x'));
                                   write_output(line);
                                 }),
            0);
}

TEST(Output, AfterAStopNobodyWaitsForTheReader) {
  Pipe pipe;
  EXPECT_EQ(exit_code_writing_to(pipe.ends[1],
                                 [] {
                                   std::stop_source stop;
                                   stop_output_with(stop.get_token());
                                   stop.request_stop();
                                   write_output(std::string(1'000'000, 'x'));
                                   write_output(line);
                                 }),
            0);
}

TEST(Output, ADeviceThatIsFullIsAnError) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  if (full < 0) GTEST_SKIP() << "there is no /dev/full here";
  EXPECT_EQ(exit_code_writing_to(full, [] { write_output(line); }), kOutputError);
  EXPECT_EQ(exit_code_writing_to(full, [] { write_output(std::string(1'000'000, 'x')); }),
            kOutputError);
  ::close(full);
}

TEST(Output, AClosedStandardOutputIsAnError) {
  EXPECT_EQ(exit_code_writing_to(STDOUT_FILENO,
                                 [] {
                                   ::close(STDOUT_FILENO);
                                   write_output(line);
                                 }),
            kOutputError);
}

TEST(Output, TheErrorSaysWhyAndWhatToDo) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  if (full < 0) GTEST_SKIP() << "there is no /dev/full here";
  EXPECT_EQ(exit_code_writing_to(full,
                                 [] {
                                   try {
                                     write_output(line);
                                   } catch (const OutputError& error) {
                                     ::_exit(error.what() ==
                                                     std::string("cannot write to standard output: "
                                                                 "No space left on device; send it "
                                                                 "somewhere else")
                                                 ? 7
                                                 : 8);
                                   }
                                 }),
            7);
  ::close(full);
}

}  // namespace
}  // namespace walbench::tools
