// Silent bugs these tests would catch: an acknowledgement that is logged before its write was
// durable, so that a crash test would blame the wrong side, or that stays in a buffer and dies with
// the process; somebody's file that is overwritten; a full disk that nobody notices.

#include "engine/workload/lifecycle/ack_log.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "engine/workers/suspending_executor.hpp"
#include "engine/workload/lifecycle/lifecycle.hpp"
#include "engine/workload/pass.hpp"
#include "tests/support/fake_database.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/suspending_store.hpp"
#include "tests/support/temporary_folder.hpp"

namespace walbench::engine {
namespace {

namespace fs = std::filesystem;
using storage::TransitionWrite;
using test_support::FakeBehaviour;
using test_support::FakeSession;
using test_support::ManualClock;
using test_support::SuspendingBehaviour;
using test_support::SuspendingStore;
using testing::HasSubstr;

constexpr std::string_view kPath = "/bench/file_0003.txt";

TransitionWrite to_processing() {
  return {.file_path = kPath,
          .from = LifecycleState::uploading,
          .to = LifecycleState::processing,
          .version = 1};
}

class AckLogTest : public test_support::TemporaryFolderTest {
 protected:
  std::string target(const std::string& name = "acks.log") const { return path(name).string(); }
  static std::string refusal(const std::string& target) {
    return test_support::refusal_of<AckLogError>([&] { const AckLog log(target); });
  }
};

TEST_F(AckLogTest, ALineIsTheFileItsNewVersionAndItsState) {
  AckLog log(target());
  log.add(to_processing().event());
  log.add({.file_path = "/a b", .event = LifecycleEvent::fail_processing, .version = 11});
  EXPECT_EQ(read(target()), "/bench/file_0003.txt 2 processing\n/a b 12 failed\n")
      << "it must be there while the log is still open";
}

TEST_F(AckLogTest, AFileIsMadeEvenWhereNothingIsAcknowledged) {
  { const AckLog log(target()); }
  EXPECT_TRUE(fs::is_regular_file(target()));
  EXPECT_EQ(read(target()), "");
}

TEST_F(AckLogTest, AnExistingFileIsRefusedAndLeftAlone) {
  std::ofstream(target()) << "precious\n";
  EXPECT_EQ(refusal(target()), "'" + target() + "' exists; name a file that does not");
  EXPECT_EQ(read(target()), "precious\n");
  EXPECT_THAT(refusal(directory().string()), HasSubstr("exists"));
}

TEST_F(AckLogTest, AFileThatCannotBeMadeIsRefusedWithTheReason) {
  const std::string nowhere = target("missing/acks.log");
  EXPECT_EQ(refusal(nowhere),
            "acknowledgement log '" + nowhere + "' cannot be written: No such file or directory");
}

TEST_F(AckLogTest, APipeIsWrittenTo) {
  ASSERT_EQ(::mkfifo(target().c_str(), 0600), 0);
  const int reader = ::open(target().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  {
    AckLog log(target());
    log.add(to_processing().event());
    std::array<char, 100> buffer{};
    const ssize_t size = ::read(reader, buffer.data(), buffer.size());
    EXPECT_EQ(std::string(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))),
              "/bench/file_0003.txt 2 processing\n");
  }
  char more = 0;
  EXPECT_EQ(::read(reader, &more, 1), 0) << "its end was not closed";
  ::close(reader);
}

TEST_F(AckLogTest, APipeThatNobodyReadsIsRefusedInsteadOfWaitedFor) {
  ASSERT_EQ(::mkfifo(target().c_str(), 0600), 0);
  EXPECT_EQ(refusal(target()), "nobody reads '" + target() + "'; start its reader first");
  EXPECT_TRUE(fs::is_fifo(target())) << "it is somebody else's";
}

TEST_F(AckLogTest, APipeThatIsFullIsWaitedFor) {
  ASSERT_EQ(::mkfifo(target().c_str(), 0600), 0);
  const int reader = ::open(target().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  const int room = ::fcntl(reader, F_GETPIPE_SZ);
  ASSERT_GT(room, 0);
  constexpr std::size_t kLineBytes = 34;
  const std::size_t more_than_fit = static_cast<std::size_t>(room) / kLineBytes + 10;
  std::size_t received = 0;
  {
    AckLog log(target());
    const std::jthread writer([&] {
      for (std::size_t line = 0; line < more_than_fit; ++line) {
        log.add(to_processing().event());  // throws, and so ends the test, where it does not wait
      }
    });
    std::array<char, 4096> buffer{};
    while (received < more_than_fit * kLineBytes) {
      const ssize_t size = ::read(reader, buffer.data(), buffer.size());
      if (size > 0) received += static_cast<std::size_t>(size);
    }
  }
  EXPECT_EQ(received, more_than_fit * kLineBytes);
  ::close(reader);
}

TEST_F(AckLogTest, ALineThatCannotBeWrittenThrows) {
  AckLog log("/dev/full");
  try {
    log.add(to_processing().event());
    ADD_FAILURE() << "it was not noticed";
  } catch (const AckLogError& error) {
    EXPECT_STREQ(error.what(),
                 "acknowledgement log '/dev/full' cannot be written: No space left on device");
  }
}

TEST_F(AckLogTest, ADashIsStandardOutputWhichStaysOpen) {
  testing::internal::CaptureStdout();
  {
    AckLog log("-");
    log.add(to_processing().event());
  }
  {
    AckLog log("-");
    log.add(to_processing().event());
  }
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "/bench/file_0003.txt 2 processing\n/bench/file_0003.txt 2 processing\n");
  EXPECT_FALSE(fs::exists("-"));
}

TEST_F(AckLogTest, LinesOfManyThreadsStayWhole) {
  constexpr int kThreads = 4;
  constexpr int kLines = 500;
  AckLog log(target());
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&log] {
        for (int line = 0; line < kLines; ++line) {
          log.add(to_processing().event());
        }
      });
    }
  }
  std::ifstream file(target());
  int whole = 0;
  for (std::string line; std::getline(file, line); ++whole) {
    ASSERT_EQ(line, "/bench/file_0003.txt 2 processing");
  }
  EXPECT_EQ(whole, kThreads * kLines);
}

/// What a lifecycle writes down, and when.
class Acknowledged : public AckLogTest {
 protected:
  /// One lifecycle; at each of its writes `at_write` is told how many lines there are by then.
  void live(const std::function<void(std::int64_t lines)>& at_write, AckLog& log) {
    FakeBehaviour behaviour;
    behaviour.on_write = [&](const TransitionWrite&) { at_write(lines()); };
    FakeSession session(behaviour);
    const MockApi api(clock_, {}, {});
    IterationOutcome outcome;
    run_lifecycle(std::string(kPath), storage::GuardAxis::where, {session, clock_}, api, outcome,
                  {.acks = &log})
        .run();
  }
  std::int64_t lines() const { return std::ranges::count(read(target()), '\n'); }

  ManualClock clock_;
};

TEST_F(Acknowledged, EachWriteAfterItIsDoneAndNotBefore) {
  AckLog log(target());
  std::vector<std::int64_t> lines_at_write;
  live([&](std::int64_t lines) { lines_at_write.push_back(lines); }, log);
  EXPECT_EQ(lines_at_write, (std::vector<std::int64_t>{0, 1, 2}));
  EXPECT_EQ(read(target()),
            "/bench/file_0003.txt 1 uploading\n"
            "/bench/file_0003.txt 2 processing\n"
            "/bench/file_0003.txt 3 indexed\n");
}

TEST_F(Acknowledged, AWriteThatFailedIsNot) {
  AckLog log(target());
  EXPECT_THROW(live(
                   [](std::int64_t lines) {
                     if (lines == 1) throw std::runtime_error("refused");
                   },
                   log),
               std::runtime_error);
  EXPECT_EQ(read(target()), "/bench/file_0003.txt 1 uploading\n");
}

TEST_F(Acknowledged, ALogThatIsFullEndsTheLifecycle) {
  AckLog log("/dev/full");
  EXPECT_THROW(live([](std::int64_t) {}, log), AckLogError);
}

/// The same with writes that are queued: decided first, then acknowledged.
TEST_F(Acknowledged, WhatIsQueuedOnlyOnceItIsDecided) {
  AckLog log(target());
  SuspendingBehaviour behaviour;
  behaviour.wait_for_all_expected = true;
  std::vector<std::int64_t> lines_at_write;
  behaviour.on_write = [&](const TransitionWrite& write) {
    lines_at_write.push_back(lines());
    if (write.version == 2) throw std::runtime_error("refused");
  };
  WorkerPool pool(SuspendingExecutor::kPoolThreads);
  ResumingThreads threads(pool, nullptr);
  SuspendingStore store(behaviour, clock_, threads);
  SuspendingExecutor executor(pool, threads, store, clock_, 2);
  const LifecycleWorkload workload({.files = 2}, clock_, {}, &log);
  const PassOrder order = {.iterations = 2};
  const PassReport report = Pass(workload, store, executor, clock_, order).run({});
  EXPECT_THAT(report.failure.what, HasSubstr("refused"));
  EXPECT_EQ(lines_at_write, (std::vector<std::int64_t>{0, 0, 2, 2, 4, 4}));
  EXPECT_EQ(lines(), 4);
}

}  // namespace
}  // namespace walbench::engine
