// Would catch: a bench that leaves its database behind, or ends without a sentence, if the system
// gives it too little: of memory, file size or time. Also a signal that nobody thought of.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <string>
#include <vector>

#include "tests/programs/bench_fixture.hpp"
#include "tests/programs/program.hpp"

namespace walbench::programs {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// A run that would last for days, and says how far it is.
const std::vector<std::string> kEndless = {"--threads",   "4",  "--profile",  "realistic",
                                           "--api-delay", "1h", "--progress", "always"};

class LimitsTest : public BenchFixture {
 protected:
  Outcome limited(const std::vector<std::string>& arguments, const Program::Limits& limits) const {
    Program::Options with = options();
    with.limits = limits;
    return run_bench(arguments, with);
  }
};

class EndingSignal : public LimitsTest, public testing::WithParamInterface<int> {};

TEST_P(EndingSignal, EndsTheRunInOrder) {
  Program bench(bench_path(), kEndless, options());
  ASSERT_TRUE(bench.wait_for_error_text("c=4 realistic"));
  bench.send_signal(GetParam());
  const Outcome outcome = bench.wait();
  EXPECT_EQ(outcome.exit_code, 128 + GetParam());
  EXPECT_THAT(outcome.err, HasSubstr("interrupted: nothing was published"));
  expect_nothing_left_over();
}

INSTANTIATE_TEST_SUITE_P(Signals, EndingSignal,
                         testing::Values(SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM,
                                         SIGTERM, SIGXCPU, SIGVTALRM, SIGPROF, SIGPOLL, SIGPWR,
                                         SIGRTMIN, SIGRTMAX),
                         testing::PrintToStringParamName());

TEST_F(LimitsTest, AFaultEndsItAsEverButLeavesNoDatabase) {
  for (const int fault : {SIGSEGV, SIGBUS, SIGILL}) {
    Program bench(bench_path(), kEndless, options());
    ASSERT_TRUE(bench.wait_for_error_text("c=4 realistic"));
    bench.send_signal(fault);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    EXPECT_EQ(bench.wait().exit_code, 128 + fault);
    expect_nothing_left_over();
#endif
  }
}

TEST_F(LimitsTest, AbortInALibraryIsASentence) {
  Program bench(bench_path(), kEndless, options());
  ASSERT_TRUE(bench.wait_for_error_text("c=4 realistic"));
  bench.send_signal(SIGABRT);
  const Outcome outcome = bench.wait();
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("bench: cannot go on: "));
  expect_nothing_left_over();
}

TEST_F(LimitsTest, AFileThatMayNotGrowIsAnErrorAndNoSignal) {
  for (const rlim_t bytes : {30'000U, 300'000U, 3'000'000U}) {
    const Outcome outcome = limited({"--threads", "4", "--profile", "zero", "--files", "20000",
                                     "--checkpoint", "off", "--strategy", "pooled-connection"},
                                    {{RLIMIT_FSIZE, bytes}});
    EXPECT_EQ(outcome.exit_code, 3) << bytes;
    EXPECT_THAT(outcome.err, StartsWith("bench: "));
    EXPECT_THAT(names_in(tmpdir()), IsEmpty());
  }
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/// Of an address space that the program can be loaded into.
class TooLittleMemory : public LimitsTest, public testing::WithParamInterface<const char*> {
 protected:
  void expect_a_result_or_a_sentence(rlim_t kilobytes) const {
    SCOPED_TRACE(kilobytes);
    const Program::Limits limits = {{RLIMIT_AS, kilobytes * 1024}};
    if (limited({"--version"}, limits).exit_code != 0) return;
    const Outcome outcome = limited(
        {"--threads", GetParam(), "--profile", "zero", "--files", "200", "--quiet"}, limits);
    EXPECT_THAT(outcome.exit_code, AnyOf(0, 3)) << outcome.err;
    if (outcome.exit_code == 3) {
      EXPECT_THAT(outcome.err, StartsWith("bench: "));
      EXPECT_THAT(outcome.err, Not(HasSubstr("std::bad_alloc")));
      EXPECT_THAT(outcome.err, Not(HasSubstr("terminate called")));
    }
    EXPECT_THAT(names_in(tmpdir()), IsEmpty());
    EXPECT_THAT(names_in(results()), Not(Contains(StartsWith("."))));
  }
};

TEST_P(TooLittleMemory, IsASentenceWhereverItIsFelt) {
  for (rlim_t kilobytes = 20'000; kilobytes < 120'000; kilobytes += 5'000) {
    expect_a_result_or_a_sentence(kilobytes);
  }
  for (rlim_t kilobytes = 150'000; kilobytes <= 900'000; kilobytes += 75'000) {
    expect_a_result_or_a_sentence(kilobytes);
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, TooLittleMemory, testing::Values("1", "40"));
#endif

}  // namespace
}  // namespace walbench::programs
