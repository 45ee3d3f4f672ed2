// Would catch: a report that needs more than the .hgrm files, tells other figures than bench did,
// or believes, dies of, or prints what a damaged or hostile file says.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/programs/program.hpp"

namespace walbench::programs {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> hgrm_files(const std::filesystem::path& directory) {
  std::vector<std::string> paths;
  for (const std::string& name : names_in(directory)) {
    if (name.ends_with(".hgrm")) paths.push_back((directory / name).string());
  }
  return paths;
}

class ReportTest : public testing::Test {
 protected:
  ReportTest() { std::filesystem::create_directory(results()); }
  std::filesystem::path results() const { return scratch_ / "results"; }

  Outcome measure(const std::string& strategy, const std::string& synchronous = "normal") const {
    return run_bench({"--threads", "3", "--profile", "zero", "--files", "40", "--strategy",
                      strategy, "--synchronous", synchronous},
                     {.directory = scratch_.path()});
  }

  std::string one_file() const {
    EXPECT_EQ(measure("per-file").exit_code, 0);
    return hgrm_files(results()).front();
  }

  ScratchDirectory scratch_;
};

TEST_F(ReportTest, TellsFromTheHgrmFilesAloneWhatBenchTold) {
  const Outcome bench = measure("per-file");
  for (const std::string& name : names_in(results())) {
    if (name.ends_with(".json")) std::filesystem::remove(results() / name);
  }
  const Outcome report = run_report(hgrm_files(results()));
  EXPECT_EQ(report.exit_code, 0) << report.err;
  EXPECT_EQ(report.out, bench.out.substr(0, bench.out.find("\nresults: ")));
}

TEST_F(ReportTest, RunsThatAreNotComparableAreNotSetSideBySideInSilence) {
  ASSERT_EQ(measure("per-file").exit_code, 0);
  ASSERT_EQ(measure("shared-connection").exit_code, 0);
  const std::string warning = "were not measured alike, so their figures are not comparable";
  EXPECT_THAT(run_report(hgrm_files(results())).out, Not(HasSubstr(warning)));
  ASSERT_EQ(measure("per-file", "off").exit_code, 0);
  EXPECT_THAT(run_report(hgrm_files(results())).out,
              testing::AllOf(HasSubstr(warning), HasSubstr("synchronous (")));
}

TEST_F(ReportTest, ForeignFileIsTakenApproximately) {
  write_file(scratch_ / "foreign.hgrm",
             "       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
             "       1.000 0.000000000000          1           1.00\n"
             "       5.000 0.500000000000         50           2.00\n"
             "       9.000 1.000000000000        100\n"
             "#[Mean    =        5.000, StdDeviation   =        1.000]\n"
             "#[Max     =        9.000, Total count    =          100]\n"
             "#[Buckets =           32, SubBuckets     =         2048]\n");
  const Outcome report = run_report({(scratch_ / "foreign.hgrm").string()});
  EXPECT_EQ(report.exit_code, 0) << report.err;
  EXPECT_THAT(report.out, HasSubstr("from rows"));
  EXPECT_THAT(report.out, HasSubstr("5.000"));
}

TEST_F(ReportTest, DamagedFileIsNamedAndTheOthersAreTold) {
  const std::string whole = one_file();
  const std::string text = read_file(whole);
  const std::string cut = (scratch_ / "cut.hgrm").string();
  write_file(cut, text.substr(0, text.size() - 40));
  const Outcome report = run_report({cut, whole});
  EXPECT_EQ(report.exit_code, 3);
  EXPECT_THAT(report.err, HasSubstr("cut.hgrm"));
  EXPECT_THAT(report.out, HasSubstr("c=3 zero per-file"));
}

TEST_F(ReportTest, HostileMetadataDoesNotReachTheTerminal) {
  std::string text = read_file(one_file());
  const std::string honest = "\"strategy\":\"per-file\"";
  const std::size_t at = text.find(honest);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, honest.size(), R"("strategy":"\u001b]0;owned\u0007\u009b2J")");
  write_file(scratch_ / "hostile.hgrm", text);
  const Outcome report = run_report({(scratch_ / "hostile.hgrm").string()});
  EXPECT_EQ(report.exit_code, 0) << report.err;
  EXPECT_THAT(report.out, HasSubstr("\\x1b]0;owned\\x07"));
  EXPECT_THAT(report.out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(report.out, Not(HasSubstr("\xc2\x9b")));
}

TEST_F(ReportTest, WhatCannotBeReadIsASentenceAndExitCodeThree) {
  write_file(scratch_ / "empty.hgrm", "");
  write_file(scratch_ / "noise.hgrm", std::string("\x00\x1b[2J\xff", 6));
  for (const std::string name : {"empty.hgrm", "noise.hgrm", "missing.hgrm", "results"}) {
    SCOPED_TRACE(name);
    const Outcome report = run_report({(scratch_ / name).string()});
    EXPECT_EQ(report.exit_code, 3);
    EXPECT_THAT(report.err, HasSubstr(name));
    EXPECT_THAT(report.err, Not(HasSubstr("\x1b")));
    EXPECT_EQ(std::ranges::count(report.err, '\n'), 1);
  }
}

TEST_F(ReportTest, WrongUsageIsExitCodeTwo) {
  EXPECT_EQ(run_report({}).exit_code, 2);
  EXPECT_EQ(run_report({"--no-such-flag"}).exit_code, 2);
  EXPECT_EQ(run_report({"--details"}).exit_code, 2);
  EXPECT_EQ(run_report({"--values", "x"}).exit_code, 2);
  EXPECT_EQ(run_report({"--hgrm", "x"}).exit_code, 2);
  EXPECT_EQ(run_report({"--help"}).exit_code, 0);
  EXPECT_EQ(run_report({"--version"}).exit_code, 0);
}

TEST_F(ReportTest, TurnsAColumnOfValuesIntoAFileItReads) {
  const std::string target = (scratch_ / "values.hgrm").string();
  const Outcome made =
      run_report({"--values", "-", "--hgrm", target}, {.input = "1000000\n2000000\n3000000\n"});
  EXPECT_EQ(made.exit_code, 0) << made.err;
  const Outcome report = run_report({target});
  EXPECT_EQ(report.exit_code, 0) << report.err;
  EXPECT_THAT(report.out, HasSubstr("exact\n"));
  EXPECT_THAT(report.out, HasSubstr("2.001"));  // the end of 2,000,000's bucket
}

TEST_F(ReportTest, BadColumnLeavesTheOldFileAlone) {
  const std::string target = (scratch_ / "values.hgrm").string();
  ASSERT_EQ(run_report({"--values", "-", "--hgrm", target}, {.input = "1\n"}).exit_code, 0);
  const std::string old = read_file(target);
  const Outcome made = run_report({"--values", "-", "--hgrm", target}, {.input = "1\ntwo\n"});
  EXPECT_EQ(made.exit_code, 3);
  EXPECT_THAT(made.err, HasSubstr("line 2"));
  EXPECT_EQ(read_file(target), old);
  const Outcome unwritable =
      run_report({"--values", "-", "--hgrm", "/nonexistent/x.hgrm"}, {.input = "1\n"});
  EXPECT_EQ(unwritable.exit_code, 3);
  EXPECT_THAT(unwritable.err, HasSubstr("/nonexistent/x.hgrm"));
}

TEST_F(ReportTest, PlotHasACurveForEachConfiguration) {
  ASSERT_EQ(run_bench({"--threads", "1,2", "--profile", "zero", "--files", "40"},
                      {.directory = scratch_.path()})
                .exit_code,
            0);
  const Outcome plain = run_report(hgrm_files(results()));
  std::vector<std::string> arguments = hgrm_files(results());
  arguments.emplace_back("--plot");
  const Outcome plotted = run_report(arguments);
  EXPECT_EQ(plotted.exit_code, 0) << plotted.err;
  EXPECT_THAT(plain.out, Not(HasSubstr("by percentile")));
  EXPECT_THAT(plotted.out, HasSubstr("\nfsm_net, ms by percentile\n"));
  EXPECT_THAT(plotted.out, HasSubstr(" c=1 zero per-file   "));
  EXPECT_THAT(plotted.out, HasSubstr(" c=2 zero per-file\n\n"));
  EXPECT_THAT(plotted.out, Not(HasSubstr("\x1b"))) << "this is no terminal";
}

TEST_F(ReportTest, ReaderWhoLeavesIsNoError) {
  const std::string file = one_file();
  const Outcome report = run_report({file}, {.reader_leaves = true});
  EXPECT_EQ(report.exit_code, 0);
  EXPECT_THAT(report.err, IsEmpty());
}

}  // namespace
}  // namespace walbench::programs
