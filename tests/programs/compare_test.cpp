// Would catch: a comparison that a script cannot rely on: one that refuses or fails with another
// exit code than is documented, or passes a gate that looked at nothing.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/programs/program.hpp"

namespace walbench::programs {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class CompareTest : public testing::Test {
 protected:
  /// Measures into a folder of that name, and returns where its results are.
  std::string measure(const std::string& name, const std::string& files = "40",
                      const std::string& strategy = "per-file") const {
    std::filesystem::create_directories(scratch_ / name / "results");
    const Outcome bench =
        run_bench({"--threads", "3", "--profile", "zero", "--files", files, "--strategy", strategy},
                  {.directory = scratch_ / name});
    EXPECT_EQ(bench.exit_code, 0) << bench.err;
    return (scratch_ / name / "results").string();
  }

  ScratchDirectory scratch_;
};

TEST_F(CompareTest, ARunAgainstItselfShowsNoDifference) {
  const std::string run = measure("one");
  const Outcome report =
      run_report({"--compare", run, "--with", run, "--fail-if", "lock_wait.p50>+0%"});
  EXPECT_EQ(report.exit_code, 0) << report.err;
  EXPECT_THAT(report.out, HasSubstr("c=3 zero per-file: 1 run before, 1 run after"));
  EXPECT_THAT(report.out, HasSubstr("0 better, 0 worse"));
  EXPECT_THAT(report.out, HasSubstr("PASS  lock_wait.p50>+0%"));
  EXPECT_THAT(report.out, HasSubstr("is on both sides"));
}

TEST_F(CompareTest, RunsOfOneFolderAreRepeats) {
  for (int run = 0; run < 3; ++run) {
    measure("before");
    measure("after");
  }
  const Outcome report = run_report({"--compare", scratch_ / "before/results", "--with",
                                     scratch_ / "after/results", "--format", "json"});
  EXPECT_EQ(report.exit_code, 0) << report.err;
  const auto json = nlohmann::json::parse(report.out);
  EXPECT_EQ(json.at("kind"), "comparison");
  const auto& configuration = json.at("configurations").at(0);
  EXPECT_EQ(configuration.at("before").at("runs"), 3);
  EXPECT_EQ(configuration.at("percentiles").at(0).at("source"), "repeats");
  EXPECT_TRUE(configuration.at("transitions_per_second").at("ratio_low").is_number());
}

TEST_F(CompareTest, UnlikePlansAreRefusedUnlessForced) {
  const std::string before = measure("before", "40");
  const std::string after = measure("after", "50");
  const Outcome refused = run_report({"--compare", before, "--with", after});
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_THAT(refused.out, IsEmpty());
  EXPECT_THAT(refused.err, HasSubstr("file_count (40 and 50)"));
  EXPECT_THAT(refused.err, HasSubstr("--force"));
  const Outcome forced = run_report({"--compare", before, "--with", after, "--force"});
  EXPECT_EQ(forced.exit_code, 0) << forced.err;
  EXPECT_THAT(forced.out, HasSubstr("file_count (40 and 50)"));
}

TEST_F(CompareTest, StrategiesAreComparedByForce) {
  const std::string before = measure("before", "400");
  const std::string after = measure("after", "400", "pooled-connection");
  EXPECT_EQ(run_report({"--compare", before, "--with", after}).exit_code, 3);
  const Outcome forced = run_report({"--compare", before, "--with", after, "--force"});
  EXPECT_EQ(forced.exit_code, 0) << forced.err;
  EXPECT_THAT(forced.out, HasSubstr("strategy (per-file and pooled-connection)"));
  EXPECT_THAT(forced.out, HasSubstr("with samples before alone: connect"));
}

TEST_F(CompareTest, AGateThatFailsIsExitCodeOne) {
  const auto with_delay = [this](const std::string& name, const std::string& delay) {
    std::filesystem::create_directories(scratch_ / name / "results");
    const Outcome bench = run_bench(
        {"--threads", "3", "--profile", "realistic", "--files", "40", "--api-delay", delay},
        {.directory = scratch_ / name});
    EXPECT_EQ(bench.exit_code, 0) << bench.err;
    return (scratch_ / name / "results").string();
  };
  const std::vector<std::string> sides = {"--compare", with_delay("before", "1ms"), "--with",
                                          with_delay("after", "20ms"), "--force"};
  std::vector<std::string> failing = sides;
  failing.insert(failing.end(),
                 {"--fail-if", "mock_api.p50<-50%", "--fail-if", "mock_api.p50>+50%"});
  const Outcome failed = run_report(failing);
  EXPECT_EQ(failed.exit_code, 1) << failed.err;
  EXPECT_THAT(failed.out, HasSubstr("PASS  mock_api.p50<-50%, c=3 realistic per-file: "));
  EXPECT_THAT(failed.out, HasSubstr("FAIL  mock_api.p50>+50%, c=3 realistic per-file: "));
  std::vector<std::string> passing = sides;
  passing.insert(passing.end(), {"--fail-if", "mock_api.p50<-50%"});
  EXPECT_EQ(run_report(passing).exit_code, 0);
}

TEST_F(CompareTest, AGateThatConcernsNothingIsExitCodeTwo) {
  const std::string run = measure("one");
  const Outcome report =
      run_report({"--compare", run, "--with", run, "--fail-if", "queue_wait.p99>+10%"});
  EXPECT_EQ(report.exit_code, 2);
  EXPECT_THAT(report.out, IsEmpty());
  EXPECT_THAT(report.err, HasSubstr("'queue_wait.p99>+10%'"));
}

TEST_F(CompareTest, NothingToCompareIsASentence) {
  const std::string run = measure("one");
  std::filesystem::create_directories(scratch_ / "empty");
  const Outcome report = run_report({"--compare", run, "--with", scratch_ / "empty"});
  EXPECT_EQ(report.exit_code, 3);
  EXPECT_THAT(report.err, HasSubstr("nothing to compare: before there is c=3 zero per-file; after "
                                    "there is nothing."));
}

TEST_F(CompareTest, OfAnotherProgramsFileItIsSaidThatItCannotBeCompared) {
  const std::string run = measure("one");
  write_file(scratch_ / "values.txt", "1\n2\n3\n");
  const std::string lone = scratch_ / "lone.hgrm";
  ASSERT_EQ(run_report({"--values", scratch_ / "values.txt", "--hgrm", lone}).exit_code, 0);
  const Outcome report = run_report({"--compare", run, "--with", lone});
  EXPECT_EQ(report.exit_code, 3);
  EXPECT_THAT(report.err, HasSubstr("after there is nothing but 1 file from --values or another "
                                    "program. Name .hgrm files of bench"));
}

TEST_F(CompareTest, AGateThatDecidesNothingIsNoFailure) {
  const std::string run = measure("one");
  std::vector<std::string> command = {"--compare", run,         "--with",
                                      run,         "--fail-if", "transitions_per_second<-5%"};
  const Outcome report = run_report(command);
  EXPECT_EQ(report.exit_code, 0) << report.err;
  EXPECT_THAT(report.out, HasSubstr("UNDECIDED  transitions_per_second<-5%"));
  command.insert(command.end(), {"--format", "csv"});
  EXPECT_THAT(run_report(command).err, HasSubstr("UNDECIDED  transitions_per_second<-5%"));
}

TEST_F(CompareTest, ADamagedFileIsNamedAndTheOthersAreCompared) {
  const std::string run = measure("one");
  write_file(scratch_ / "noise.hgrm", "\x1b[2J");
  const Outcome report = run_report({"--compare", run, "--with", run, scratch_ / "noise.hgrm"});
  EXPECT_EQ(report.exit_code, 3);
  EXPECT_THAT(report.err, HasSubstr("noise.hgrm"));
  EXPECT_THAT(report.err, Not(HasSubstr("\x1b")));
  EXPECT_THAT(report.out, HasSubstr("c=3 zero per-file"));
}

TEST_F(CompareTest, CsvHasNothingButRows) {
  const std::string run = measure("one");
  const Outcome report = run_report(
      {"--compare", run, "--with", run, "--format", "csv", "--fail-if", "fsm_net.p50>+10%"});
  EXPECT_EQ(report.exit_code, 0) << report.err;
  EXPECT_THAT(report.out, testing::StartsWith("threads,profile,strategy,"));
  EXPECT_THAT(report.out, Not(HasSubstr("PASS")));
  EXPECT_THAT(report.err, HasSubstr("PASS  fsm_net.p50>+10%"));
}

TEST_F(CompareTest, RunsThatFailedAreCounted) {
  const std::string before = measure("before");
  const std::string after = measure("after");
  // Its database has no room.
  const Outcome failed =
      run_bench({"--threads", "3", "--profile", "zero", "--files", "40"},
                {.directory = scratch_ / "after", .limits = {{RLIMIT_FSIZE, 8192}}});
  ASSERT_EQ(failed.exit_code, 3) << failed.err;
  const Outcome told = run_report(
      {"--compare", before, "--with", after, "--fail-if", "transitions_per_second<-99.9%"});
  EXPECT_EQ(told.exit_code, 0) << told.err;
  EXPECT_THAT(told.out, HasSubstr("1 of 2 runs after failed and are not in these figures"));
  EXPECT_THAT(told.out, HasSubstr("UNDECIDED"));
}

}  // namespace
}  // namespace walbench::programs
