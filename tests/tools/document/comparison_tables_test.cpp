// Silent bugs these tests would catch: figures in the wrong column, a table that keeps quiet about
// what its intervals are worth, text from files that becomes markup or steers a terminal.

#include "tools/document/comparison_tables.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "tests/support/compared_results.hpp"

namespace walbench::tools {
namespace {

using metrics::histogram_of;
using metrics::results_of;
using metrics::ResultSet;
using metrics::Segment;
using metrics::with_segment;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr auto kPassed = metrics::LimitOutcome::passed;
constexpr auto kFailed = metrics::LimitOutcome::failed;
constexpr auto kUndecided = metrics::LimitOutcome::undecided;

ResultSet runs(std::int64_t value, std::size_t count = 1) {
  return results_of({count, with_segment(Segment::commit, histogram_of(value, 818))});
}

std::string table(const ResultSet& before, const ResultSet& after,
                  const std::vector<metrics::ChangeVerdict>& limits = {}) {
  const metrics::RunMatch match = metrics::match_runs(before, after);
  return comparison_table(match, metrics::compare_runs(match, {}), limits);
}

std::string markdown(const ResultSet& before, const ResultSet& after) {
  const metrics::RunMatch match = metrics::match_runs(before, after);
  return comparison_markdown(match, metrics::compare_runs(match, {}),
                             {{"commit.p99>+1%", "c=10 zero per-file", kFailed, "figures"},
                              {"commit.p50>+1%", "c=10 zero per-file", kUndecided, "figures"}});
}

std::string csv(const ResultSet& before, const ResultSet& after) {
  return comparison_csv(metrics::comparison_of(before, after));
}

TEST(ComparisonTable, HasARowAFigure) {
  const std::string text = table(runs(1000), runs(2000));
  EXPECT_THAT(text, HasSubstr("c=10 zero per-file: 1 run before, 1 run after\n"));
  EXPECT_THAT(text, HasSubstr("0 better, 3 worse, 0 cannot tell apart, 1 too few samples, "
                              "1 too few runs;"));
  EXPECT_THAT(text, ContainsRegex("commit P50 +0.00100 +0.00200 +2.000 +1.998 .. 2.001 +worse\n"));
  EXPECT_THAT(text, ContainsRegex("commit P99.9 .* - +too few samples\n"));
  EXPECT_THAT(text, ContainsRegex("transitions/s +400 +400 +1.000 +- +too few runs\n"));
}

TEST(ComparisonTable, SaysWhatIntervalsOfOneRunAreWorth) {
  const std::string text = table(runs(1000), runs(2000));
  EXPECT_THAT(text, HasSubstr("hold together with 95 %: each of the 3 with 98.333 % (Bonferroni)"));
  EXPECT_THAT(text, HasSubstr("intervals from a bootstrap"));
  EXPECT_THAT(text, HasSubstr("not how runs vary"));
  EXPECT_THAT(text, HasSubstr("at least 3 runs a side"));
  EXPECT_THAT(text, Not(HasSubstr("Welch")));
}

TEST(ComparisonTable, SaysWhatIntervalsOfRepeatsAre) {
  const std::string text = table(runs(1000, 3), runs(2000, 4));
  EXPECT_THAT(text, HasSubstr("3 runs before, 4 runs after"));
  EXPECT_THAT(text, HasSubstr("intervals from repeats"));
  EXPECT_THAT(text, HasSubstr("Welch's t"));
  EXPECT_THAT(text, Not(HasSubstr("bootstrap")));
}

TEST(ComparisonTable, SaysWhatLimitsAreJudgedBy) {
  const ResultSet before = runs(1000);
  const ResultSet after = runs(2000);
  const metrics::RunMatch match = metrics::match_runs(before, after);
  const auto comparison = metrics::compare_runs(
      match, {metrics::parse_limit("commit.p50>+1%"), metrics::parse_limit("commit.p95>+1%")});
  EXPECT_THAT(comparison_table(match, comparison, {}),
              HasSubstr("intervals of its own, which share nothing with the table's: they hold "
                        "together with 95 %, each of the 2 with 97.5 %."));
  EXPECT_THAT(table(before, after), Not(HasSubstr("--fail-if")));
}

TEST(ComparisonTable, TwoRunsASideAreTooFewForAThroughput) {
  EXPECT_THAT(table(runs(1000, 2), runs(1000, 2)), HasSubstr("too few runs\n"));
}

TEST(ComparisonTable, NothingHasNoRatio) {
  EXPECT_THAT(table(runs(0), runs(2'000'000)),
              ContainsRegex("commit P50 +0.000 +2.001 +- +- +worse\n"));
}

TEST(ComparisonTable, ThroughputOfOneRunIsWordedAsInCsv) {
  EXPECT_THAT(table(runs(1000), runs(1000)), HasSubstr("too few runs\n"));
  EXPECT_THAT(csv(runs(1000), runs(1000)), HasSubstr(",too few runs,1,1\n"));
}

TEST(ComparisonTable, FarAwayIsOnlyADirection) {
  const std::string text = table(runs(1), runs(2'000'000));
  EXPECT_THAT(text, HasSubstr(">1,000 .. >1,000"));
  EXPECT_THAT(table(runs(2'000'000), runs(1)), HasSubstr("<0.001 .. <0.001"));
}

TEST(ComparisonTable, NamesWhatIsUnlikeAndWhatIsLeftOver) {
  ResultSet after = runs(2000);
  after.runs.front().configurations.front().planned.files = 7;
  after.runs.front().configurations.push_back(metrics::measured(1, "zero", "batch", 1));
  const std::string text = table(runs(1000), after);
  EXPECT_THAT(text, HasSubstr("NOT MEASURED ALIKE, compared by force: c=10 zero per-file: files "
                              "(100 and 7)\n"));
  EXPECT_THAT(text, HasSubstr("only after: c=1 zero batch\n"));
}

TEST(ComparisonTable, EndsInTheVerdictsOnLimits) {
  const std::string text = table(runs(1000), runs(2000),
                                 {{"commit.p99>+1%", "c=10 zero per-file", kFailed, "1 -> 2 ms"},
                                  {"commit.p50>+999%", "c=10 zero per-file", kPassed, "1 -> 2 ms"},
                                  {"commit.p95>+1%", "c=10 zero per-file", kUndecided, "why"}});
  EXPECT_THAT(text, testing::EndsWith("\nFAIL  commit.p99>+1%, c=10 zero per-file: 1 -> 2 ms\n"
                                      "PASS  commit.p50>+999%, c=10 zero per-file: 1 -> 2 ms\n"
                                      "UNDECIDED  commit.p95>+1%, c=10 zero per-file: why\n"));
}

ResultSet hostile() {
  ResultSet set = runs(1000);
  set.runs.front().configurations.front().planned.strategy = "\x1b[2J<b>,\"|`";
  return set;
}

TEST(ComparisonTable, MakesTextOfFilesPrintable) {
  EXPECT_THAT(table(hostile(), hostile()), HasSubstr("\\x1b[2J"));
  EXPECT_THAT(table(hostile(), hostile()), Not(HasSubstr("\x1b")));
}

TEST(ComparisonMarkdown, IsATable) {
  const std::string text = markdown(runs(1000), runs(2000));
  EXPECT_THAT(text, HasSubstr("### c=10 zero per-file: 1 run before, 1 run after\n"));
  EXPECT_THAT(text, HasSubstr("| ms | before | after | ratio | interval | verdict |\n"
                              "|---|---:|---:|---:|---:|---|\n"
                              "| commit P50 | 0.00100 | 0.00200 | 2.000 |"));
  EXPECT_THAT(text, HasSubstr("- FAIL  commit.p99\\>+1%"));
  EXPECT_THAT(text, HasSubstr("- UNDECIDED  commit.p50\\>+1%"));
  EXPECT_THAT(text, HasSubstr("Bonferroni"));
}

TEST(ComparisonMarkdown, TextOfFilesIsNoMarkup) {
  const std::string text = markdown(hostile(), hostile());
  EXPECT_THAT(text, HasSubstr("\\<b\\>,\"\\|\\`"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(ComparisonCsv, HasARowAFigureAndNothingElse) {
  const std::string text = csv(runs(1000), runs(2000));
  EXPECT_EQ(std::ranges::count(text, '\n'), 1 + 4 + 1);
  EXPECT_THAT(text, HasSubstr("\n10,zero,per-file,per-file,commit,50,0.001,0.002,,,2,1.998"));
  EXPECT_THAT(text, HasSubstr(",bootstrap,worse,1,1\n"));
  EXPECT_THAT(text, HasSubstr("commit,99.9,0.001,0.002,,,2,,,bootstrap,too few samples,1,1\n"));
  EXPECT_THAT(text, HasSubstr("transitions_per_second,,,,400,400,1,,,"));
}

TEST(ComparisonCsv, EveryRowHasAsManyFields) {
  std::istringstream lines(csv(runs(1000, 3), runs(2000, 3)));
  for (std::string line; std::getline(lines, line);) {
    EXPECT_EQ(std::ranges::count(line, ','), 16) << line;
  }
}

TEST(ComparisonCsv, QuotesWhatHasCommas) {
  EXPECT_THAT(csv(hostile(), hostile()), HasSubstr("10,zero,\"\\x1b[2J<b>,\"\"|`\","));
}

}  // namespace
}  // namespace walbench::tools
