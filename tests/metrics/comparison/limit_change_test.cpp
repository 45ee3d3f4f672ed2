// Silent bugs these tests would catch: a limit that looks at a figure that is not there; one that
// fails by chance; one that says PASS where it knows nothing; one that the rest of the table makes
// blind.

#include "metrics/comparison/limit_change.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <stdexcept>
#include <utility>
#include <vector>

#include "metrics/result/figures.hpp"
#include "tests/support/compared_results.hpp"

namespace walbench::metrics {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

std::vector<ChangeVerdict> judge(const std::string& text, const ResultSet& before,
                                 const ResultSet& after) {
  const Limit limit = parse_limit(text);
  return judge_change(limit, comparison_of(before, after, {limit}));
}

ResultSet one_run(std::int64_t value, std::int64_t samples = 1000,
                  std::int64_t elapsed_ns = 1'000'000'000) {
  return results_of({with_segment(Segment::lock_wait, histogram_of(value, samples), elapsed_ns)});
}

/// Of the only configuration.
LimitOutcome outcome(const std::string& text, const ResultSet& before, const ResultSet& after) {
  const std::vector<ChangeVerdict> verdicts = judge(text, before, after);
  EXPECT_THAT(verdicts, SizeIs(1));
  return verdicts.at(0).outcome;
}

constexpr LimitOutcome kPassed = LimitOutcome::passed;
constexpr LimitOutcome kFailed = LimitOutcome::failed;
constexpr LimitOutcome kUndecided = LimitOutcome::undecided;

TEST(JudgeLimit, FailsPastItAlone) {
  EXPECT_EQ(outcome("lock_wait.p99>+10%", one_run(1000), one_run(1200)), kFailed);
  EXPECT_EQ(outcome("lock_wait.p99>+30%", one_run(1000), one_run(1200)), kPassed);
  EXPECT_EQ(outcome("lock_wait.p99>+10%", one_run(1200), one_run(1000)), kPassed);
  EXPECT_EQ(outcome("lock_wait.p99<-10%", one_run(1000), one_run(1200)), kPassed);
  EXPECT_EQ(outcome("lock_wait.p99<-10%", one_run(1200), one_run(1000)), kFailed);
}

/// A run for each value, all segments of which took that long.
ResultSet runs_of(const std::vector<std::int64_t>& values) {
  std::vector<ConfigurationResult> runs;
  for (const std::int64_t value : values) {
    ConfigurationResult run = with_segment(segment_at(0), histogram_of(value, 1000));
    for (std::size_t index = 1; index < kSegmentCount; ++index) {
      run.main.segments.push_back({segment_at(index), histogram_of(value, 1000)});
    }
    runs.push_back(std::move(run));
  }
  return results_of(std::move(runs));
}

TEST(JudgeLimit, TheRestOfTheTableDoesNotMakeItBlind) {
  const ResultSet before = runs_of({97'000, 100'000, 103'000});
  const ResultSet after = runs_of({117'000, 120'000, 123'000});
  const Limit limit = parse_limit("lock_wait.p99>+10%");
  const RunComparison comparison = comparison_of(before, after, {limit});
  EXPECT_EQ(figure_named(comparison, "lock_wait P99").verdict, Verdict::not_told_apart);
  const std::vector<ChangeVerdict> verdicts = judge_change(limit, comparison);
  ASSERT_THAT(verdicts, SizeIs(1));
  EXPECT_EQ(verdicts.front().outcome, kFailed);
  EXPECT_THAT(verdicts.front().evidence, HasSubstr("(+12.")) << "the interval that decided";
}

TEST(JudgeLimit, FewRepeatsThatDecideNothingAskForMore) {
  const auto undecided = [](std::vector<std::int64_t> before, std::vector<std::int64_t> after) {
    const auto verdicts = judge("lock_wait.p99>+10%", runs_of(before), runs_of(after));
    EXPECT_THAT(verdicts, SizeIs(1));
    EXPECT_EQ(verdicts.at(0).outcome, kUndecided);
    return verdicts.at(0).evidence;
  };
  EXPECT_THAT(undecided({1000, 2000, 3000}, {1500, 2500, 4000, 3000}),
              HasSubstr("more runs than 3 a side"));
  EXPECT_THAT(undecided({1000, 2000, 3000, 2000, 2000}, {1500, 2500, 4000, 3000, 3000}),
              Not(HasSubstr("more runs")));
}

TEST(JudgeLimit, FarChangesReadWell) {
  const auto verdicts = judge("lock_wait.p99>+10%", one_run(1), one_run(2'000'000));
  EXPECT_THAT(verdicts.at(0).evidence, HasSubstr(", >x1,000 (>x1,000 .. >x1,000)"));
}

TEST(JudgeLimit, GivesItsEvidence) {
  const auto verdicts = judge("lock_wait.p90>+10%", one_run(1'000'000), one_run(1'200'000));
  ASSERT_THAT(verdicts, SizeIs(1));
  EXPECT_EQ(verdicts.front().limit, "lock_wait.p90>+10%");
  EXPECT_EQ(verdicts.front().configuration, "c=10 zero per-file");
  EXPECT_THAT(verdicts.front().evidence, HasSubstr("-> 1.2 ms, +20.0 % (+19.9 % .. +20.0 %)"));
  EXPECT_THAT(verdicts.front().evidence, Not(HasSubstr("chance")));
}

TEST(JudgeLimit, DoesNotFailByChance) {
  Histogram before = histogram_of(1000, 500);
  ASSERT_TRUE(before.record(2000, 500));
  Histogram after = histogram_of(1000, 490);
  ASSERT_TRUE(after.record(2000, 510));
  const auto verdicts =
      judge("lock_wait.p50>+10%", results_of({with_segment(Segment::lock_wait, before)}),
            results_of({with_segment(Segment::lock_wait, after)}));
  ASSERT_THAT(verdicts, SizeIs(1));
  EXPECT_EQ(verdicts.front().outcome, kUndecided);
  EXPECT_THAT(verdicts.front().evidence, HasSubstr("cannot be told from chance"));
}

TEST(JudgeLimit, TooFewSamplesDecideNothing) {
  for (const std::int64_t after : {1000, 2000}) {
    const auto verdicts = judge("lock_wait.p99.9>+10%", one_run(1000, 50), one_run(after, 50));
    ASSERT_THAT(verdicts, SizeIs(1));
    EXPECT_EQ(verdicts.front().outcome, kUndecided) << after;
    EXPECT_THAT(verdicts.front().evidence, HasSubstr("too few samples"));
  }
}

TEST(JudgeLimit, ThroughputNeedsRepeats) {
  const ResultSet fast = one_run(1, 1000, 1'000'000'000);
  const ResultSet slow = one_run(1, 1000, 2'000'000'000);
  const auto verdicts = judge("transitions_per_second<-5%", fast, slow);
  ASSERT_THAT(verdicts, SizeIs(1));
  EXPECT_EQ(verdicts.front().outcome, kUndecided);
  EXPECT_THAT(verdicts.front().evidence, HasSubstr("three runs a side"));

  const auto three = [](const ResultSet& set) {
    const ConfigurationResult& one = set.runs.at(0).configurations.at(0);
    return results_of({one, one, one});
  };
  EXPECT_EQ(outcome("transitions_per_second<-5%", three(fast), three(slow)), kFailed);
}

TEST(JudgeLimit, ConcernsEveryConfigurationWithTheFigure) {
  ConfigurationResult other = with_segment(Segment::lock_wait, histogram_of(1000, 1000));
  other.planned.threads = 50;
  ResultSet before = one_run(1000);
  before.runs.front().configurations.push_back(other);
  EXPECT_THAT(judge("lock_wait.p99>+10%", before, before), SizeIs(2));
}

TEST(JudgeLimit, AnyDimensionOfAKeySelects) {
  ConfigurationResult run = full_configuration();
  run.main.segments = {{Segment::lock_wait, histogram_of(1000, 1000)}};
  for (const Figure<ConfigurationResult>& figure : configuration_figures()) {
    if (figure.dimension.empty()) continue;
    const std::string right =
        fmt::format("lock_wait.p99{{{}={}}}>+10%", figure.dimension, key_text(figure, run));
    EXPECT_THAT(judge(right, results_of({run}), results_of({run})), SizeIs(1)) << right;
    const std::string wrong = fmt::format("lock_wait.p99{{{}=another}}>+10%", figure.dimension);
    EXPECT_THAT(judge(wrong, results_of({run}), results_of({run})), IsEmpty()) << wrong;
  }
}

TEST(JudgeLimit, ConcernsNothingWhereTheSegmentIsMissing) {
  EXPECT_THAT(judge("commit.p99>+10%", one_run(1), one_run(1)), IsEmpty());
}

}  // namespace
}  // namespace walbench::metrics
