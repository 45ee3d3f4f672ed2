// Would catch: a call of the C library whose failure ends in a crash, in a result that is called
// sound, in an end without a word, or in files left behind: results, databases, and halves of
// either. A library is preloaded into bench that lets the N-th call of a kind fail.
//
// All of them take long: WALBENCH_TORTURE=all, as `tools/dev torture` sets it. Otherwise a few N
// are drawn.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/programs/program.hpp"
#include "tests/torture/chosen.hpp"

namespace walbench::torture {
namespace {

using programs::Outcome;

/// How a call fails; see system_call_faults.cpp.
struct Fault {
  std::string name;  ///< of the test
  std::string call;
  int error;
  std::string how;
  std::int64_t stride = 1;  ///< of `all`: every so many
};

std::vector<Fault> faults() {
  constexpr std::int64_t kFewAllocations = 13;
  return {{"OpenOnce", "open", EIO, "once"},
          {"OpenAlways", "open", EMFILE, "always"},
          {"ReadOnce", "read", EIO, "once"},
          {"ReadInterrupted", "read", EINTR, "once"},
          {"WriteOnce", "write", EIO, "once"},
          {"WriteAlways", "write", ENOSPC, "always"},
          {"WriteInterrupted", "write", EINTR, "once"},
          {"WriteShort", "write", 0, "short"},
          {"TruncateOnce", "truncate", EIO, "once"},
          {"SyncOnce", "sync", EIO, "once"},
          {"SyncAlways", "sync", EIO, "always"},
          {"RenameOnce", "rename", EIO, "once"},
          {"LinkOnce", "link", EIO, "once"},
          {"UnlinkOnce", "unlink", EIO, "once"},
          {"MkdirOnce", "mkdir", EIO, "once"},
          {"ThreadOnce", "thread", EAGAIN, "once"},
          {"ThreadAlways", "thread", EAGAIN, "always"},
          {"AllocationOnce", "allocate", ENOMEM, "once", kFewAllocations},
          {"AllocationAlways", "allocate", ENOMEM, "always", kFewAllocations}};
}

class SystemCalls : public testing::TestWithParam<Fault> {
 protected:
  struct Run {
    Outcome outcome;
    std::int64_t calls = 0;
    std::int64_t failed = 0;
    std::vector<std::string> results;
    std::vector<std::string> temporary;
  };

  Run run(std::int64_t nth) const {
    const programs::ScratchDirectory scratch;
    const std::filesystem::path count = scratch / "count";
    std::filesystem::create_directory(scratch / "tmp");
    std::filesystem::create_directory(scratch / "results");
    const Fault& fault = GetParam();
    Run run;
    run.outcome = programs::run_bench(
        {"--threads",
         "2",
         "--profile",
         "zero",
         "--files",
         "6",
         "--warmup",
         "1",
         "--synchronous",
         "full",
         "--strategy",
         "pooled-connection",
         "--checkpoint",
         "auto",
         "--wal-autocheckpoint",
         "7",
         "--busy-timeout",
         "2s",
         "--ack-log",
         "acks",
         "--quiet"},
        {.directory = scratch.path(),
         .tmpdir = scratch / "tmp",
         .environment = {{"LD_PRELOAD", WALBENCH_FAULTS_PATH},
                         {"WALBENCH_FAULT", fault.call + ":" + std::to_string(nth) + ":" +
                                                std::to_string(fault.error) + ":" + fault.how},
                         {"WALBENCH_FAULT_COUNT", count.string()}}});
    if (std::filesystem::exists(count)) {  // not after a crash
      std::istringstream(programs::read_file(count)) >> run.calls >> run.failed;
    }
    run.results = programs::names_in(scratch / "results");
    run.temporary = programs::names_in(scratch / "tmp");
    return run;
  }

  /// Done, or refused with a sentence; and nothing that nobody asked for.
  static void expect_whole(const Run& run) {
    const Outcome& outcome = run.outcome;
    const std::set<int> allowed = {0, 2, 3};
    EXPECT_TRUE(allowed.contains(outcome.exit_code)) << outcome.exit_code << ": " << outcome.err;
    if (outcome.exit_code != 0) {
      EXPECT_THAT(outcome.err, testing::HasSubstr("bench: "));
    }
    EXPECT_THAT(run.temporary, testing::IsEmpty()) << outcome.err;
    bool json = false;
    bool hgrm = false;
    for (const std::string& name : run.results) {
      EXPECT_FALSE(name.starts_with(".")) << name << " is half a file: " << outcome.err;
      json = json || name.ends_with(".json");
      hgrm = hgrm || name.ends_with(".hgrm");
    }
    EXPECT_TRUE(json || !hgrm) << "histograms without their run: " << outcome.err;
    EXPECT_TRUE(outcome.exit_code != 0 || (json && hgrm)) << "nothing published";
  }
};

TEST_P(SystemCalls, EachEndIsAResultOrASentence) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers have such a library of their own";
#endif
  const Run undisturbed = run(0);
  ASSERT_EQ(undisturbed.outcome.exit_code, 0) << undisturbed.outcome.err;
  std::int64_t runs = 0;
  std::int64_t failed = 0;
  for (const std::int64_t nth : chosen(undisturbed.calls, GetParam().stride)) {
    SCOPED_TRACE(testing::Message() << GetParam().call << " " << nth);
    const Run disturbed = run(nth);
    expect_whole(disturbed);
    if (nth == 1 && GetParam().how == "always") {
      EXPECT_NE(disturbed.outcome.exit_code, 0) << "a result without a working disk";
    }
    ++runs;
    if (disturbed.failed > 0) ++failed;
    if (!exhaustive() && HasFailure()) return;
  }
  std::cout << GetParam().name << ": " << undisturbed.calls << " calls, " << runs << " runs, in "
            << failed << " a call failed\n";
}

INSTANTIATE_TEST_SUITE_P(Calls, SystemCalls, testing::ValuesIn(faults()),
                         [](const auto& fault) { return fault.param.name; });

}  // namespace
}  // namespace walbench::torture
