// Silent bugs these tests would catch: figures in the wrong column; a table that keeps quiet about
// what its intervals are worth; a limit that failed and reads as passed.

#include "tools/document/comparison_document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "tests/support/compared_results.hpp"
#include "tests/support/documents.hpp"
#include "tools/render/csv.hpp"

namespace walbench::tools {
namespace {

using metrics::histogram_of;
using metrics::results_of;
using metrics::ResultSet;
using metrics::Segment;
using metrics::with_segment;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

ResultSet runs(std::int64_t value, std::size_t count = 1) {
  return results_of({count, with_segment(Segment::commit, histogram_of(value, 818))});
}

Document compared(const ResultSet& before, const ResultSet& after,
                  const std::vector<metrics::ChangeVerdict>& limits = {}) {
  const metrics::RunMatch match = metrics::match_runs(before, after);
  return comparison_document(match, metrics::compare_runs(match, {}), limits);
}

std::vector<std::string> figures(const ResultSet& before, const ResultSet& after) {
  return rows_of(table_of(section_of(compared(before, after), "c=10")));
}

std::string csv(const ResultSet& before, const ResultSet& after) {
  const metrics::RunComparison comparison = metrics::comparison_of(before, after);
  std::string text;
  write_csv(comparison_figures(comparison), [&text](std::string_view part) { text += part; });
  return text;
}

TEST(ComparisonDocument, HasARowAFigure) {
  const Section section = section_of(compared(runs(1000), runs(2000)), "c=10");
  EXPECT_EQ(section.heading, "c=10 zero per-file: 1 run before, 1 run after");
  EXPECT_THAT(sentences_of(section),
              Contains("0 better, 3 worse, 0 cannot tell apart, 1 too few samples, 1 too few runs; "
                       "intervals from a bootstrap."));
  const std::vector<std::string> rows = rows_of(table_of(section));
  EXPECT_THAT(rows, Contains(MatchesRegex("commit P50 . 0.00100 . 0.00200 . 2.000 . 1.998 .. 2.001 "
                                          ". worse")));
  EXPECT_THAT(rows, Contains(MatchesRegex("commit P99.9 .* - . too few samples")));
  EXPECT_THAT(rows, Contains("transitions/s | 400 | 400 | 1.000 | - | too few runs"));
  EXPECT_EQ(table_of(section).rows[0].back().tone, Tone::bad);
}

TEST(ComparisonDocument, ValuesWithoutARatioHaveNone) {
  EXPECT_THAT(figures(runs(0), runs(2'000'000)),
              Contains("commit P50 | 0.000 | 2.001 | - | - | worse"));
  EXPECT_THAT(figures(runs(1), runs(2'000'000)), Contains(HasSubstr(">1,000 .. >1,000")));
  EXPECT_THAT(figures(runs(2'000'000), runs(1)), Contains(HasSubstr("<0.001 .. <0.001")));
}

TEST(ComparisonDocument, SaysWhatItsIntervalsAreWorth) {
  const auto method = [](const ResultSet& before, const ResultSet& after) {
    return terminal_text(section_of(compared(before, after), "How to read it"));
  };
  const std::string one = method(runs(1000), runs(2000));
  EXPECT_THAT(one, HasSubstr("hold together with 95 %: each of the 3 with 98.333 % (Bonferroni)"));
  EXPECT_THAT(one, HasSubstr("at least 3 runs a side"));
  EXPECT_THAT(one, Not(HasSubstr("Welch")));
  EXPECT_THAT(one, Not(HasSubstr("--fail-if")));
  const std::string repeated = method(runs(1000, 3), runs(2000, 4));
  EXPECT_THAT(repeated, HasSubstr("Welch's t"));
  EXPECT_THAT(repeated, Not(HasSubstr("bootstrap")));
}

TEST(ComparisonDocument, NamesWhatIsUnlikeAndWhatIsLeftOver) {
  ResultSet after = runs(2000);
  after.runs.front().configurations.front().planned.files = 7;
  after.runs.front().configurations.push_back(metrics::measured(1, "zero", "batch", 1));
  EXPECT_THAT(sentences_of(section_of(compared(runs(1000), after), "Compared runs")),
              testing::IsSupersetOf({"NOT MEASURED ALIKE, compared by force: c=10 zero per-file: "
                                     "file_count (100 and 7)",
                                     "only after: c=1 zero batch"}));
}

TEST(ComparisonDocument, BeginsWithTheVerdictsOnLimits) {
  using metrics::LimitOutcome;
  const Document document =
      compared(runs(1000), runs(2000),
               {{"commit.p99>+1%", "c=10 zero per-file", LimitOutcome::failed, "1 -> 2 ms"},
                {"commit.p50>+999%", "c=10 zero per-file", LimitOutcome::passed, "1 -> 2 ms"},
                {"commit.p95>+1%", "c=10 zero per-file", LimitOutcome::undecided, "why"}});
  EXPECT_THAT(sentences_of(document.sections.front()),
              ElementsAre("FAIL  commit.p99>+1%, c=10 zero per-file: 1 -> 2 ms",
                          "PASS  commit.p50>+999%, c=10 zero per-file: 1 -> 2 ms",
                          "UNDECIDED  commit.p95>+1%, c=10 zero per-file: why"));
}

TEST(ComparisonCsv, HasARowAFigureAndNothingElse) {
  const std::string text = csv(runs(1000), runs(2000));
  EXPECT_EQ(std::ranges::count(text, '\n'), 1 + 4 + 1);
  EXPECT_THAT(text, HasSubstr("\n10,zero,per-file,per-file,commit,50,0.001,0.002,,,2,1.998"));
  EXPECT_THAT(text, HasSubstr(",bootstrap,worse,1,1,0,0\n"));
  EXPECT_THAT(text, HasSubstr("commit,99.9,0.001,0.002,,,2,,,bootstrap,too few samples,1,1,0,0\n"));
  EXPECT_THAT(text, HasSubstr("transitions_per_second,,,,400,400,1,,,"));
  std::istringstream lines(csv(runs(1000, 3), runs(2000, 3)));
  for (std::string line; std::getline(lines, line);) {
    EXPECT_EQ(std::ranges::count(line, ','), 18) << line;
  }
}

}  // namespace
}  // namespace walbench::tools
