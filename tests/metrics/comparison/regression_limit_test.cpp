// Silent bugs these tests would catch: a gate that can never fail, since it is misread or looks at
// a figure that is not there; one that fails by chance; one that says PASS where it knows nothing;
// one that the rest of the table makes blind.

#include "metrics/comparison/regression_limit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <stdexcept>
#include <utility>
#include <vector>

#include "tests/support/compared_results.hpp"

namespace walbench::metrics {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

TEST(ParseRegressionLimit, ReadsAPercentileThatMayNotRise) {
  const RegressionLimit limit = parse_regression_limit("lock_wait.p99.9>+12.5%");
  EXPECT_EQ(limit.text, "lock_wait.p99.9>+12.5%");
  EXPECT_EQ(limit.segment, Segment::lock_wait);
  EXPECT_EQ(limit.percentile, 99.9);
  EXPECT_TRUE(limit.above);
  EXPECT_DOUBLE_EQ(limit.ratio, 1.125);
}

TEST(ParseRegressionLimit, ReadsAPercentileThatMayNotFall) {
  const RegressionLimit limit = parse_regression_limit("commit.p50<-20%");
  EXPECT_FALSE(limit.above);
  EXPECT_DOUBLE_EQ(limit.ratio, 0.8);
}

TEST(ParseRegressionLimit, ReadsThroughput) {
  const RegressionLimit limit = parse_regression_limit("transitions_per_second<-5%");
  EXPECT_FALSE(limit.segment);
  EXPECT_EQ(limit.percentile, 0);
  EXPECT_DOUBLE_EQ(limit.ratio, 0.95);
}

TEST(ParseRegressionLimit, IgnoresSpaces) {
  const RegressionLimit limit = parse_regression_limit(" lock_wait.p99 > + 10 % ");
  EXPECT_EQ(limit.segment, Segment::lock_wait);
  EXPECT_EQ(limit.percentile, 99);
  EXPECT_DOUBLE_EQ(limit.ratio, 1.1);
  EXPECT_DOUBLE_EQ(parse_regression_limit("transitions_per_second < -5 %").ratio, 0.95);
}

TEST(ParseRegressionLimit, RefusesWhatItDoesNotUnderstand) {
  for (const char* text : {"",
                           "lock_wait",
                           "lock_wait.p99",
                           "lock_wait>+10%",
                           "lock_wait.99>+10%",
                           "lock_wait.p0>+10%",
                           "lock_wait.p100>+10%",
                           "lock_wait.max>+10%",
                           "lock_wait.p-1>+10%",
                           "lock_wait.pnan>+10%",
                           "lock_wait.p1e1>+10%",
                           "lock_wait.p>+10%",
                           "nothing.p99>+10%",
                           "lock_wait.p99>10%",
                           "lock_wait.p99>-10%",
                           "lock_wait.p99<+10%",
                           "lock_wait.p99>+10",
                           "lock_wait.p99>+%",
                           "lock_wait.p99>+inf%",
                           "lock_wait.p99>+1e999%",
                           "lock_wait.p99<-100%",
                           "lock_wait.p9 9>+10%",
                           "lock_wait.p99>+1 0%",
                           "lock_wait.p99> %",
                           "lock_wait.p99>+10%>+5%",
                           "transitions_per_second.p50<-5%"}) {
    EXPECT_THROW(parse_regression_limit(text), std::invalid_argument) << text;
  }
}

TEST(ParseRegressionLimit, SaysWhatIsWrong) {
  const auto complaint = [](const char* text) {
    try {
      parse_regression_limit(text);
    } catch (const std::invalid_argument& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(complaint("lokc_wait.p99>+10%"), HasSubstr("'lokc_wait' is neither"));
  EXPECT_THAT(complaint("lokc_wait.p99>+10%"), HasSubstr("lock_wait"));
  EXPECT_THAT(complaint("lock_wait>+10%"), HasSubstr("as in lock_wait.p99"));
  EXPECT_THAT(complaint("lock_wait.max>+10%"), HasSubstr("of a maximum nothing can be told"));
  EXPECT_THAT(complaint("lock_wait.p100>+10%"), HasSubstr("of a maximum nothing can be told"));
  EXPECT_THAT(complaint("lock_wait.p999>+10%"), HasSubstr("'p999' is no percentile"));
  EXPECT_THAT(complaint("lock_wait.p999>+10%"), HasSubstr("write lock_wait.p99.9"));
  EXPECT_THAT(complaint("lock_wait.p9995>+10%"), HasSubstr("write lock_wait.p99.95"));
  EXPECT_THAT(complaint("lock_wait.mean>+10%"),
              AllOf(HasSubstr("'mean' is no percentile"), HasSubstr("p50, p95, p99 or p99.9"),
                    Not(HasSubstr("maximum"))));
  EXPECT_THAT(complaint("lock_wait.p99>10%"), HasSubstr(">+10%"));
  EXPECT_THAT(complaint("lock_wait.p99<-100%"), HasSubstr("100 %"));
}

std::vector<LimitVerdict> judge(const std::string& text, const ResultSet& before,
                                const ResultSet& after) {
  const RegressionLimit limit = parse_regression_limit(text);
  return judge_limit(limit, comparison_of(before, after, {limit}));
}

ResultSet one_run(std::int64_t value, std::int64_t samples = 1000,
                  std::int64_t elapsed_ns = 1'000'000'000) {
  return results_of({with_segment(Segment::lock_wait, histogram_of(value, samples), elapsed_ns)});
}

/// Of the only configuration.
LimitOutcome outcome(const std::string& text, const ResultSet& before, const ResultSet& after) {
  const std::vector<LimitVerdict> verdicts = judge(text, before, after);
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
      run.segments.push_back({segment_at(index), histogram_of(value, 1000)});
    }
    runs.push_back(std::move(run));
  }
  return results_of(std::move(runs));
}

TEST(JudgeLimit, TheRestOfTheTableDoesNotMakeItBlind) {
  const ResultSet before = runs_of({97'000, 100'000, 103'000});
  const ResultSet after = runs_of({117'000, 120'000, 123'000});
  const RegressionLimit limit = parse_regression_limit("lock_wait.p99>+10%");
  const RunComparison comparison = comparison_of(before, after, {limit});
  EXPECT_EQ(figure_named(comparison, "lock_wait P99").verdict, Verdict::not_told_apart);
  const std::vector<LimitVerdict> verdicts = judge_limit(limit, comparison);
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

TEST(JudgeLimit, ConcernsNothingWhereTheSegmentIsMissing) {
  EXPECT_THAT(judge("commit.p99>+10%", one_run(1), one_run(1)), IsEmpty());
}

}  // namespace
}  // namespace walbench::metrics
