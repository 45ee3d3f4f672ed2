// Would catch: runs of many processes that become another report than one run of all of them; a
// merge that counts samples twice, writes over its own input, or leaves half a file.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/programs/program.hpp"

namespace walbench::programs {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class MergeProgram : public testing::Test {
 protected:
  fs::path host(int number) const { return scratch_ / ("host" + std::to_string(number)); }

  /// As under a launcher: a process for each host, all at once.
  void measure(int hosts) const {
    std::vector<std::unique_ptr<Program>> all;
    for (int number = 0; number < hosts; ++number) {
      fs::create_directory(host(number));
      all.push_back(std::make_unique<Program>(
          bench_path(),
          std::vector<std::string>{"--threads", "2", "--profile", "zero", "--files", "40",
                                   "--interval", "50ms", "--results", host(number)},
          Program::Options{.directory = scratch_.path()}));
    }
    for (const auto& each : all) {
      const Outcome outcome = each->wait();
      ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    }
  }

  std::string only(int number, const std::string& ending) const {
    for (const std::string& name : names_in(host(number))) {
      if (name.ends_with(ending)) return (host(number) / name).string();
    }
    ADD_FAILURE() << "no " << ending;
    return {};
  }

  ScratchDirectory scratch_;
};

TEST_F(MergeProgram, ProcessesSideBySideBecomeOneReport) {
  measure(3);
  const std::string target = (scratch_ / "all.hgrm").string();
  const Outcome merge = run_report({"--merge", target, only(0, "fsm_net_ms.hgrm"),
                                    only(1, "fsm_net_ms.hgrm"), only(2, "fsm_net_ms.hgrm")});
  ASSERT_EQ(merge.exit_code, 0) << merge.err;
  EXPECT_THAT(merge.out, HasSubstr("120 samples from 3 files"));
  EXPECT_THAT(merge.err, IsEmpty());
  const Outcome report = run_report({target});
  EXPECT_EQ(report.exit_code, 0) << report.err;
  EXPECT_THAT(report.out,
              AllOf(HasSubstr("walbench run merge-of-3-"), HasSubstr("c=2 zero per-file")));
  const Outcome again =
      run_report({"--merge", (scratch_ / "x.hgrm").string(), target, only(1, "fsm_net_ms.hgrm")});
  EXPECT_EQ(again.exit_code, 3);
  EXPECT_THAT(again.err, HasSubstr("counted twice"));
  EXPECT_FALSE(fs::exists(scratch_ / "x.hgrm"));
}

TEST_F(MergeProgram, AFolderGetsAFileOfEachSegmentAndLog) {
  measure(2);
  const std::string folder = (scratch_ / "all/").string();
  const Outcome merge = run_report({"--merge", folder, host(0), host(1)});
  ASSERT_EQ(merge.exit_code, 0) << merge.err;
  const std::vector<std::string> names = names_in(folder);
  EXPECT_EQ(std::ranges::count_if(names, [](const auto& each) { return each.ends_with(".hlog"); }),
            1);
  EXPECT_GT(names.size(), 10U);
  const Outcome report = run_report({folder});
  EXPECT_EQ(report.exit_code, 0) << report.err;
  EXPECT_THAT(report.out, AllOf(HasSubstr("fsm_net"), HasSubstr("lock_wait"),
                                HasSubstr("database verified"), HasSubstr("seconds")));
  EXPECT_EQ(report.out.find("run merge-of-2-"), report.out.rfind("run merge-of-2-"));
}

TEST_F(MergeProgram, LogsBecomeOneLog) {
  measure(2);
  const std::string target = (scratch_ / "all.hlog").string();
  const Outcome merge = run_report({"--merge", target, only(0, ".hlog"), only(1, ".hlog")});
  ASSERT_EQ(merge.exit_code, 0) << merge.err;
  EXPECT_THAT(merge.out, HasSubstr("from 2 logs"));
  EXPECT_EQ(run_report({target}).exit_code, 0);
}

TEST_F(MergeProgram, WhatCannotBeOneFileIsRefusedAndNothingIsWritten) {
  measure(1);
  const std::string net = only(0, "fsm_net_ms.hgrm");
  const std::string commit = only(0, "commit_ms.hgrm");
  const std::string log = only(0, ".hlog");
  const std::string foreign = (scratch_ / "foreign.hgrm").string();
  write_file(foreign,
             "Value Percentile TotalCount 1/(1-Percentile)\n"
             "1.000 0.000000000000 1 1.00\n1.000 1.000000000000 1\n");
  const std::string target = (scratch_ / "out.hgrm").string();
  const std::string folder = (scratch_ / "out/").string();
  const std::vector<std::pair<std::vector<std::string>, std::string>> refused = {
      {{net, commit}, "name a folder as the target, with a slash at its end as in '" + folder},
      {{net, log}, "name a folder as the target"},
      {{log}, "out.hgrm: would be an interval log"},
      {{net, net}, "named twice"},
      {{net, foreign}, "foreign.hgrm: holds no histogram"},
      {{foreign, net}, "foreign.hgrm: holds no histogram"},
      {{(scratch_ / "missing.hgrm").string()}, "missing.hgrm: does not exist"},
      {{(scratch_ / "missing.hlog").string()}, "missing.hlog: "},
      {{scratch_.path().string() + "/host0/../nowhere"}, "nowhere"},
  };
  for (const auto& [files, why] : refused) {
    std::vector<std::string> arguments = {"--merge", target};
    arguments.insert(arguments.end(), files.begin(), files.end());
    const Outcome outcome = run_report(arguments);
    EXPECT_EQ(outcome.exit_code, 3) << why;
    EXPECT_THAT(outcome.err, HasSubstr(why));
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
    EXPECT_THAT(outcome.out, IsEmpty());
    EXPECT_FALSE(fs::exists(target)) << why;
  }
  EXPECT_EQ(run_report({"--merge", target}).exit_code, 2);
}

TEST_F(MergeProgram, AnInputIsNoTarget) {
  measure(1);
  for (const std::string& input : {only(0, "fsm_net_ms.hgrm"), only(0, ".hlog")}) {
    const std::string before = read_file(input);
    const Outcome outcome = run_report({"--merge", input, input});
    EXPECT_EQ(outcome.exit_code, 3);
    EXPECT_THAT(outcome.err, HasSubstr("name another target"));
    EXPECT_EQ(read_file(input), before);
  }
}

TEST_F(MergeProgram, AForgottenTargetCostsNoMeasurement) {
  measure(2);
  for (const std::string ending : {"fsm_net_ms.hgrm", ".hlog"}) {
    const std::string first = only(0, ending);
    const std::string before = read_file(first);
    const Outcome forgotten = run_report({"--merge", first, only(1, ending)});
    EXPECT_EQ(forgotten.exit_code, 3);
    EXPECT_THAT(forgotten.err, HasSubstr("exists and no merge wrote it"));
    EXPECT_EQ(read_file(first), before);
    const std::string target = (scratch_ / ("out" + fs::path(first).extension().string())).string();
    EXPECT_EQ(run_report({"--merge", target, first}).exit_code, 0);
    const Outcome again = run_report({"--merge", target, first, only(1, ending)});
    EXPECT_EQ(again.exit_code, 0) << "a merge may be made again: " << again.err;
  }
}

TEST_F(MergeProgram, OneFileIsNoPlural) {
  measure(1);
  const Outcome merge =
      run_report({"--merge", (scratch_ / "one.hgrm").string(), only(0, "fsm_net_ms.hgrm")});
  EXPECT_THAT(merge.out, testing::EndsWith("40 samples from 1 file\n"));
  const Outcome log = run_report({"--merge", (scratch_ / "one.hlog").string(), only(0, ".hlog")});
  EXPECT_THAT(log.out, testing::EndsWith("from 1 log\n"));
  const Outcome misnamed =
      run_report({"--merge", (scratch_ / "two.hlog").string(), only(0, "fsm_net_ms.hgrm")});
  EXPECT_THAT(misnamed.err, HasSubstr("two.hlog: would be a .hgrm file"));
}

TEST_F(MergeProgram, WhereNotAllHasRoomAFolderGetsNothing) {
  measure(2);
  const std::string folder = (scratch_ / "all/").string();
  std::size_t largest = 0;
  for (const std::string& name : names_in(host(0))) {
    if (name.ends_with(".hgrm")) largest = std::max(largest, read_file(host(0) / name).size());
  }
  const Outcome merge = run_report({"--merge", folder, host(0), host(1)},
                                   {.limits = {{RLIMIT_FSIZE, largest - 500}}});
  EXPECT_EQ(merge.exit_code, 3);
  EXPECT_THAT(merge.err, HasSubstr("it was left as it was"));
  EXPECT_THAT(merge.out, IsEmpty());
  EXPECT_THAT(names_in(folder), IsEmpty());
}

TEST_F(MergeProgram, HostileNamesDoNotReachTheTerminal) {
  const Outcome outcome = run_report({"--merge", (scratch_ / "x").string(), "\x1b]0;owned\x07"});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace walbench::programs
