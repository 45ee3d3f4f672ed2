// Would catch: a bench that cannot be stopped, leaves its database behind, publishes half a run, or
// draws its progress into a log file.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/programs/kept_database.hpp"
#include "tests/programs/program.hpp"
#include "tests/support/eventually.hpp"

namespace walbench::programs {
namespace {

using test_support::eventually;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class InterruptionTest : public testing::Test {
 protected:
  InterruptionTest() {
    std::filesystem::create_directory(scratch_ / "results");
    std::filesystem::create_directory(scratch_ / "tmp");
  }

  Program::Options options(Terminal terminal = Terminal::none) const {
    return {.directory = scratch_.path(), .tmpdir = scratch_ / "tmp", .terminal = terminal};
  }

  ScratchDirectory scratch_;
};

/// A call to the API takes an hour: the program ends early only when the call is cut short.
const std::vector<std::string> kEndless = {"--threads",   "4",  "--profile",  "realistic",
                                           "--api-delay", "1h", "--progress", "always"};

TEST_F(InterruptionTest, SigintEndsTheRunWithoutATrace) {
  Program bench(bench_path(), kEndless, options());
  ASSERT_TRUE(bench.wait_for_error_text("c=4 realistic per-file\x1b[K"));
  bench.send_signal(SIGINT);
  const Outcome outcome = bench.wait();
  EXPECT_EQ(outcome.exit_code, 130);
  EXPECT_THAT(outcome.err, HasSubstr("interrupted"));
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(names_in(scratch_ / "results"), IsEmpty());
  EXPECT_THAT(names_in(scratch_ / "tmp"), IsEmpty());
}

// The second configuration takes for ever.
TEST_F(InterruptionTest, WhatWasMeasuredBeforeIsPublished) {
  std::vector<std::string> arguments = kEndless;
  arguments[3] = "zero,realistic";
  arguments.insert(arguments.end(), {"--files", "20"});
  Program bench(bench_path(), arguments, options());
  ASSERT_TRUE(bench.wait_for_error_text("c=4 realistic per-file\x1b[K"));
  bench.send_signal(SIGINT);
  const Outcome outcome = bench.wait();
  EXPECT_EQ(outcome.exit_code, 130);
  EXPECT_THAT(outcome.err, HasSubstr("interrupted: 1 of 2 measurements are published"));
  const std::vector<std::string> names = names_in(scratch_ / "results");
  EXPECT_THAT(names, Contains(HasSubstr("-c4-zero-per-file.fsm_net_ms.hgrm")));
  EXPECT_THAT(names, Not(Contains(HasSubstr("realistic"))));
  const auto json =
      std::ranges::find_if(names, [](const auto& each) { return each.ends_with(".json"); });
  ASSERT_NE(json, names.end());
  const std::string text = read_file(scratch_ / "results" / *json);
  EXPECT_THAT(text, HasSubstr("\"complete\": false"));
  EXPECT_THAT(text, HasSubstr("\"c=4 realistic per-file\""));
  const Outcome report = run_report({(scratch_ / "results").string()});
  EXPECT_EQ(report.exit_code, 0) << report.err;
  EXPECT_THAT(report.out, HasSubstr("c=4 zero per-file"));
}

TEST_F(InterruptionTest, SigtermEndsItLikewise) {
  Program bench(bench_path(), kEndless, options());
  ASSERT_TRUE(bench.wait_for_error_text("c=4 realistic per-file\x1b[K"));
  bench.send_signal(SIGTERM);
  EXPECT_EQ(bench.wait().exit_code, 128 + SIGTERM);
  EXPECT_THAT(names_in(scratch_ / "tmp"), IsEmpty());
}

TEST_F(InterruptionTest, KeptDatabaseIsValidAfterSigint) {
  std::vector<std::string> arguments = kEndless;
  arguments.insert(arguments.end(), {"--keep-db", "kept.db"});
  Program bench(bench_path(), arguments, options());
  ASSERT_TRUE(bench.wait_for_error_text("c=4 realistic per-file\x1b[K"));
  bench.send_signal(SIGINT);
  const Outcome outcome = bench.wait();
  EXPECT_EQ(outcome.exit_code, 130);
  EXPECT_THAT(outcome.err, HasSubstr("database kept"));
  EXPECT_EQ(KeptDatabase(scratch_ / "kept.db").integrity(), "ok");
}

TEST_F(InterruptionTest, SigintDuringContentionEndsIt) {
  Program bench(bench_path(),
                {"--threads", "20", "--profile", "zero", "--files", "200000", "--warmup", "0",
                 "--progress", "always"},
                options());
  ASSERT_TRUE(bench.wait_for_error_text("c=20 zero per-file\x1b[K"));
  bench.send_signal(SIGINT);
  EXPECT_EQ(bench.wait().exit_code, 130);
  EXPECT_THAT(names_in(scratch_ / "results"), IsEmpty());
  EXPECT_THAT(names_in(scratch_ / "tmp"), IsEmpty());
}

/// Ten times what a user is promised.
constexpr std::chrono::seconds kSoon(10);

// A thousand threads take their time to gather.
TEST_F(InterruptionTest, SigintWhileThreadsGatherEndsItSoon) {
  Program bench(bench_path(),
                {"--threads", "1000", "--profile", "zero", "--files", "5000", "--strategy",
                 "shared-connection", "--warmup", "0"},
                options());
  ASSERT_TRUE(eventually([&] { return bench.threads() > 300; }));
  const auto sent = std::chrono::steady_clock::now();
  bench.send_signal(SIGINT);
  EXPECT_EQ(bench.wait().exit_code, 130);
  EXPECT_LT(std::chrono::steady_clock::now() - sent, kSoon);
  EXPECT_THAT(names_in(scratch_ / "tmp"), IsEmpty());
}

class UnreadAckLogTest : public InterruptionTest,
                         public testing::WithParamInterface<const char*> {};

TEST_P(UnreadAckLogTest, SigintEndsItSoon) {
  const std::filesystem::path pipe = scratch_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  // The smallest there is: full after a hundred lines, long before the run is over.
  const int capacity = ::fcntl(reader, F_SETPIPE_SZ, 1);
  ASSERT_GT(capacity, 0);
  constexpr int kLongestLine = 64;
  Program bench(bench_path(),
                {"--threads", "8", "--profile", "zero", "--files", "5000", "--strategy", GetParam(),
                 "--synchronous", "off", "--warmup", "0", "--ack-log", "pipe"},
                options());
  const auto waiting = [reader] {
    int bytes = 0;
    return ::ioctl(reader, FIONREAD, &bytes) == 0 ? bytes : 0;
  };
  ASSERT_TRUE(eventually([&] { return waiting() > capacity - kLongestLine; }));
  const auto sent = std::chrono::steady_clock::now();
  bench.send_signal(SIGINT);
  EXPECT_EQ(bench.wait().exit_code, 130);
  EXPECT_LT(std::chrono::steady_clock::now() - sent, kSoon);
  ::close(reader);
  EXPECT_THAT(names_in(scratch_ / "tmp"), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Strategies, UnreadAckLogTest,
                         testing::Values("per-file", "batch", "group-commit"),
                         [](const auto& strategy) {
                           std::string name = strategy.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST_F(InterruptionTest, ReaderWhoLeavesDoesNotEndTheRun) {
  Program::Options leaving = options();
  leaving.reader_leaves = true;
  const Outcome outcome =
      run_bench({"--threads", "2", "--profile", "zero", "--files", "20"}, leaving);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(names_in(scratch_ / "results"), Contains(HasSubstr(".json")));
  EXPECT_THAT(names_in(scratch_ / "tmp"), IsEmpty());
}

TEST_F(InterruptionTest, ProgressIsDrawnOnATerminalOnly) {
  const std::vector<std::string> slow = {"--threads",   "2",        "--profile", "realistic",
                                         "--api-delay", "300ms",    "--files",   "6",
                                         "--quiet",     "--warmup", "0"};
  std::vector<std::string> shown = slow;
  shown.insert(shown.end(), {"--progress", "auto"});
  std::erase(shown, "--quiet");
  const Outcome on_terminal = run_bench(shown, options(Terminal::error_output));
  EXPECT_EQ(on_terminal.exit_code, 0);
  EXPECT_THAT(on_terminal.err, HasSubstr("ETA"));

  EXPECT_THAT(run_bench(shown, options()).err, Not(HasSubstr("ETA")));
  EXPECT_THAT(run_bench(slow, options(Terminal::error_output)).err, Not(HasSubstr("ETA")));
}

TEST_F(InterruptionTest, KeepDbLeavesTheDatabaseAndNothingElse) {
  const Outcome outcome = run_bench(
      {"--threads", "2", "--profile", "zero", "--files", "20", "--keep-db", "kept.db"}, options());
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(KeptDatabase(scratch_ / "kept.db").integrity(), "ok");
}

}  // namespace
}  // namespace walbench::programs
