// Would catch: files of other programs told with wrong figures or in a wrong unit; our own logs
// that the reference library reads otherwise than we do. Where Java and HdrHistogram's library are
// installed (libhdrhistogram-java), the reference itself writes and reads the files.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/programs/program.hpp"

namespace walbench::programs {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kJava = "/usr/bin/java";
constexpr const char* kFixtures = WALBENCH_SOURCE_DIR "/tests/programs/java/WriteFixtures.java";
constexpr const char* kLibrary = "/usr/share/java/hdrhistogram.jar";

class ForeignFiles : public testing::Test {
 protected:
  ScratchDirectory scratch_;
};

TEST_F(ForeignFiles, TheReportOfWrk2IsToldInMilliseconds) {
  write_file(scratch_ / "wrk2.txt",
             "Running 10s test @ http://localhost/\n"
             "  Detailed Percentile spectrum:\n"
             "       Value   Percentile   TotalCount 1/(1-Percentile)\n\n"
             "       2.000     0.000000            1         1.00\n"
             "       5.003     0.500000           20         2.00\n"
             "       9.003     1.000000           40          inf\n"
             "#[Mean    =        5.250, StdDeviation   =        1.125]\n"
             "#[Max     =        9.000, Total count    =           40]\n"
             "#[Buckets =           27, SubBuckets     =         2048]\n"
             "----------------------------------------------------------\n"
             "  40 requests in 10.00s, 12.00KB read\n");
  const Outcome report = run_report({(scratch_ / "wrk2.txt").string()});
  EXPECT_EQ(report.exit_code, 0) << report.err;
  EXPECT_THAT(report.out,
              AllOf(HasSubstr("from rows"), ContainsRegex(" ms  "),
                    ContainsRegex("wrk2.txt +40 +5\\.003 +5\\.003 \\.\\. 9\\.000 +9\\.000")));
}

TEST_F(ForeignFiles, AFolderOfThemIsReadAndAnEmptyOneRefused) {
  fs::create_directory(scratch_ / "results");
  const Outcome empty = run_report({(scratch_ / "results").string()});
  EXPECT_EQ(empty.exit_code, 3);
  EXPECT_THAT(empty.err, HasSubstr("results: is a folder without"));
  write_file(scratch_ / "results/x.hgrm",
             "Value,Percentile,TotalCount,1/(1-Percentile)\n"
             "7.003,1.000000,40,inf\n");
  const Outcome report = run_report({(scratch_ / "results").string()});
  EXPECT_EQ(report.exit_code, 0) << report.err;
  EXPECT_THAT(report.out, HasSubstr("7.003"));
}

std::string foreign(const std::string& name) {
  return WALBENCH_SOURCE_DIR "/tests/foreign/" + name;
}

TEST_F(ForeignFiles, ALogBecomesAHgrmOfTheSameFigures) {
  const std::string target = (scratch_ / "memtier.hgrm").string();
  const Outcome written =
      run_report({foreign("memtier-set.hgrm"), "--unit", "us", "--hgrm", target});
  ASSERT_EQ(written.exit_code, 0) << written.err;
  EXPECT_THAT(run_report({target}).out, ContainsRegex(" 1,000 +500\\.[0-9] +.* ms +exact"));
  const Outcome several = run_report({foreign("idle-interval.hlog"), "--hgrm", target});
  EXPECT_EQ(several.exit_code, 3);
  EXPECT_THAT(several.err, HasSubstr("name a folder"));
  const Outcome folder = run_report({foreign("idle-interval.hlog"), "--hgrm", scratch_.path()});
  EXPECT_EQ(folder.exit_code, 0) << folder.err;
  EXPECT_TRUE(fs::exists(scratch_ / "idle-interval.busy.hgrm"));
  EXPECT_TRUE(fs::exists(scratch_ / "idle-interval.idle.hgrm"));
  write_file(scratch_ / "mine.txt", "mine");
  const Outcome refused =
      run_report({foreign("memtier-set.hgrm"), "--hgrm", (scratch_ / "mine.txt").string()});
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_EQ(read_file(scratch_ / "mine.txt"), "mine");
}

TEST_F(ForeignFiles, PartOfALogIsToldInWindows) {
  const Outcome part = run_report({foreign("go-end-as-length.hlog"), "--start", "1s", "--end",
                                   "100s", "--interval", "2s", "--percentiles", "90"});
  ASSERT_EQ(part.exit_code, 0) << part.err;
  EXPECT_THAT(part.out, AllOf(ContainsRegex("raw +3,000 +1,000 +0\\.900 +0\\.501"),
                              ContainsRegex("1\\.000 \\.\\. 2\\.000 +1,000 +1,000 "),
                              ContainsRegex("2\\.000 \\.\\. 4\\.000 +2,000 +1,000 ")));
  const Outcome nothing = run_report({foreign("go-end-as-length.hlog"), "--start", "2min"});
  EXPECT_EQ(nothing.exit_code, 3);
  EXPECT_THAT(nothing.err, HasSubstr("no interval between"));
}

TEST_F(ForeignFiles, AnyTwoDistributionsAreCompared) {
  const Outcome same = run_report({"--compare", foreign("memtier-set.hgrm"), "--with",
                                   foreign("last-line-without-newline.hlog")});
  EXPECT_EQ(same.exit_code, 0) << same.err;
  EXPECT_THAT(same.out, AllOf(ContainsRegex("samples +1,000 +2,000"), HasSubstr("P99")));
  for (const char* const format : {"markdown", "json", "csv"}) {
    const Outcome told =
        run_report({"--compare", foreign("memtier-set.hgrm"), "--with",
                    foreign("last-line-without-newline.hlog"), "--format", format});
    EXPECT_EQ(told.exit_code, 0) << told.err;
    EXPECT_THAT(told.out, HasSubstr("memtier-set.hgrm")) << format;
  }
  const Outcome units = run_report(
      {"--compare", foreign("vegeta-hdrplot.txt"), "--with", foreign("go-histwriter.histogram")});
  EXPECT_EQ(units.exit_code, 3);
  EXPECT_EQ(run_report({"--compare", foreign("vegeta-hdrplot.txt"), "--with",
                        foreign("go-histwriter.histogram"), "--unit", "ms"})
                .exit_code,
            0);
}

/// What the reference library wrote; each test reads one file.
class ReferenceFiles : public ForeignFiles {
 protected:
  void SetUp() override {
    if (!fs::exists(kJava) || !fs::exists(kLibrary)) {
      GTEST_SKIP() << "needs java and libhdrhistogram-java";
    }
    Program java(kJava, {"-cp", kLibrary, kFixtures, scratch_.path()}, {});
    const Outcome outcome = java.wait();
    if (outcome.err.find("compiler") != std::string::npos) {
      GTEST_SKIP() << "needs a java that compiles (a JDK)";
    }
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  }
  Outcome told(const std::string& name) const {
    Outcome report = run_report({(scratch_ / name).string()});
    EXPECT_EQ(report.exit_code, 0) << report.err;
    return report;
  }
};

// 1, 2, ..., 1,000 ms; the exact P50 is 500 ms, and its bucket ends at 500.171.
TEST_F(ReferenceFiles, DistributionsAndLogsHaveTheReferencesFigures) {
  for (const char* name : {"java.hgrm", "java.csv.hgrm"}) {
    EXPECT_THAT(told(name).out, ContainsRegex(" 1,000 +500\\.171 +950\\.")) << name;
  }
  const std::string relative = told("relative.hlog").out;
  EXPECT_THAT(relative, AllOf(ContainsRegex("2\\.000 \\.\\. 3\\.000 +1,000 +1,000 +500\\.2"),
                              HasSubstr("odd, seconds"), HasSubstr("taken for nanoseconds")));
  const std::string absolute = told("absolute.hlog").out;
  EXPECT_THAT(absolute, ContainsRegex("3\\.000 \\.\\. 4\\.000 +1,000 +1,000 +500\\.2"));
  const std::string ycsb = told("READ.hdr").out;
  EXPECT_THAT(ycsb, AllOf(HasSubstr("READ"),
                          ContainsRegex("0\\.000 \\.\\. 1\\.000 +1,000 +1,000"
                                        " +500\\."),
                          Not(HasSubstr("taken for"))));
}

TEST_F(ReferenceFiles, AMergeOfItsLogsIsReadByItAgain) {
  const std::string merged = (scratch_ / "merged.hlog").string();
  // The same log begun 500 ms later, as another host would have written it.
  std::string later = read_file(scratch_ / "absolute.hlog");
  for (std::size_t at = 0; (at = later.find("\n17000000", at)) != std::string::npos; ++at) {
    later.replace(later.find(".000,", at), 5, ".500,");
  }
  write_file(scratch_ / "later.hlog", later);
  const Outcome merge = run_report({"--merge", merged, (scratch_ / "absolute.hlog").string(),
                                    (scratch_ / "later.hlog").string()});
  ASSERT_EQ(merge.exit_code, 0) << merge.err;
  Program java(kJava, {"-cp", kLibrary, kFixtures, scratch_.path(), merged}, {});
  const Outcome read = java.wait();
  EXPECT_EQ(read.exit_code, 0) << read.err;
  EXPECT_THAT(read.out, testing::StartsWith("null 1000 1000341503 1700000000000\n"
                                            "null 1000 1000341503 1700000000500\n"
                                            "null 1000 1000341503 1700000001000\n"));
}

}  // namespace
}  // namespace walbench::programs
