// Silent bugs these tests would catch: better and worse the wrong way round; repeats thrown
// together as if they were one run; intervals that hold each by itself, so that one in twenty rows
// of a table of ninety tells a difference that is not there.

#include "metrics/comparison/run_comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>

#include "tests/support/compared_results.hpp"

namespace walbench::metrics {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::int64_t kSecondNs = 1'000'000'000;

ConfigurationResult lock_wait_of(std::int64_t value, std::int64_t elapsed_ns = kSecondNs) {
  return with_segment(Segment::lock_wait, histogram_of(value, 1000), elapsed_ns);
}

TEST(RunComparison, HasThePercentilesOfEverySegmentAndTheThroughput) {
  const RunComparison comparison =
      comparison_of(results_of({lock_wait_of(1000)}), results_of({lock_wait_of(2000)}));
  std::vector<std::string> names;
  for (const FigureChange& each : comparison.configurations.at(0).figures) {
    names.push_back(each.name());
  }
  EXPECT_THAT(names, ElementsAre("lock_wait P50", "lock_wait P95", "lock_wait P99",
                                 "lock_wait P99.9", "transitions/s"));
}

TEST(RunComparison, LongerIsWorseAndShorterIsBetter) {
  const ResultSet fast = results_of({lock_wait_of(1000)});
  const ResultSet slow = results_of({lock_wait_of(2000)});
  const FigureChange worse = figure_named(comparison_of(fast, slow), "lock_wait P50");
  EXPECT_EQ(worse.verdict, Verdict::worse);
  EXPECT_EQ(worse.before, 0.001);
  EXPECT_EQ(worse.after, 0.002);
  EXPECT_EQ(worse.change.ratio, 2);
  EXPECT_EQ(worse.source, IntervalSource::bootstrap);
  EXPECT_EQ(figure_named(comparison_of(slow, fast), "lock_wait P50").verdict, Verdict::better);
  EXPECT_EQ(figure_named(comparison_of(fast, fast), "lock_wait P50").verdict,
            Verdict::not_told_apart);
}

TEST(RunComparison, MoreThroughputIsBetter) {
  const ResultSet slow = results_of({lock_wait_of(1, 2 * kSecondNs), lock_wait_of(1, 2 * kSecondNs),
                                     lock_wait_of(1, 2 * kSecondNs)});
  const ResultSet fast = results_of(
      {lock_wait_of(1, kSecondNs), lock_wait_of(1, kSecondNs), lock_wait_of(1, kSecondNs)});
  const FigureChange better = figure_named(comparison_of(slow, fast), "transitions/s");
  EXPECT_EQ(better.verdict, Verdict::better);
  EXPECT_NEAR(better.change.ratio, 2, 1e-9);
  EXPECT_NEAR(better.before, 200, 1e-9);
  EXPECT_EQ(figure_named(comparison_of(fast, slow), "transitions/s").verdict, Verdict::worse);
}

TEST(RunComparison, ThroughputOfOneRunEachHasNoInterval) {
  const FigureChange figure =
      figure_named(comparison_of(results_of({lock_wait_of(1, kSecondNs)}),
                                 results_of({lock_wait_of(1, 9 * kSecondNs)})),
                   "transitions/s");
  EXPECT_EQ(figure.verdict, Verdict::too_few_runs);
  EXPECT_FALSE(figure.change.interval);
  EXPECT_NEAR(figure.change.ratio, 1 / 9.0, 1e-9);
}

TEST(RunComparison, ThreeRunsASideAreRepeats) {
  const ResultSet before = results_of({lock_wait_of(1000), lock_wait_of(1000), lock_wait_of(1000)});
  const ResultSet after = results_of({lock_wait_of(100), lock_wait_of(1000), lock_wait_of(10)});
  const FigureChange figure = figure_named(comparison_of(before, after), "lock_wait P50");
  EXPECT_EQ(figure.source, IntervalSource::repeats);
  EXPECT_NEAR(figure.after, 100e-6, 1e-12) << "the geometric mean";
  EXPECT_NEAR(figure.change.ratio, 0.1, 1e-9);
  EXPECT_EQ(figure.verdict, Verdict::not_told_apart) << "runs differ more than samples do";
}

TEST(RunComparison, TwoRunsAgainstThreeArePooled) {
  const ResultSet two = results_of({lock_wait_of(1000), lock_wait_of(1000)});
  const ResultSet three = results_of({lock_wait_of(1500), lock_wait_of(1500), lock_wait_of(9000)});
  const FigureChange figure = figure_named(comparison_of(two, three), "lock_wait P50");
  EXPECT_EQ(figure.source, IntervalSource::bootstrap);
  EXPECT_EQ(figure.after, 0.0015) << "the median of all samples";
  EXPECT_EQ(figure_named(comparison_of(two, three), "transitions/s").verdict,
            Verdict::too_few_runs);
}

TEST(RunComparison, IntervalsShareOneChanceOfAMiss) {
  const RunComparison comparison =
      comparison_of(results_of({lock_wait_of(1000)}), results_of({lock_wait_of(2000)}));
  // P99.9 of 1,000 samples may be the largest one; the throughput of one run has no interval.
  EXPECT_EQ(comparison.intervals, 3U);
  EXPECT_NEAR(comparison.chance_of_miss(), 0.05 / 3, 1e-12);
}

TEST(RunComparison, ShareCountsThroughputsOfRepeatsAndAllConfigurations) {
  std::vector<ConfigurationResult> runs(3, lock_wait_of(1000));
  ConfigurationResult other = lock_wait_of(1000);
  other.planned.threads = 50;
  runs.push_back(other);
  const RunComparison comparison = comparison_of(results_of(runs), results_of(runs));
  EXPECT_EQ(comparison.configurations.size(), 2U);
  EXPECT_EQ(comparison.intervals, 4U + 1U + 3U);
}

TEST(RunComparison, ASegmentsLargestSampleIsNoPercentile) {
  const ConfigurationResult few = with_segment(Segment::commit, histogram_of(100, 818));
  const RunComparison pooled = comparison_of(results_of({few}), results_of({few}));
  EXPECT_EQ(figure_named(pooled, "commit P99.9").verdict, Verdict::too_few_samples);
  EXPECT_EQ(figure_named(pooled, "commit P99").verdict, Verdict::not_told_apart);
  const std::vector<ConfigurationResult> runs(3, few);
  const RunComparison repeats = comparison_of(results_of(runs), results_of(runs));
  EXPECT_EQ(figure_named(repeats, "commit P99.9").verdict, Verdict::too_few_samples);
  EXPECT_EQ(figure_named(repeats, "commit P99").verdict, Verdict::not_told_apart);
  EXPECT_EQ(repeats.intervals, 3U + 1U) << "what has no interval takes no share";
}

TEST(RunComparison, AThousandSamplesReachTheirNinetyNinePointNinth) {
  const std::vector<ConfigurationResult> runs(3, lock_wait_of(1000));
  const RunComparison comparison = comparison_of(results_of(runs), results_of(runs));
  EXPECT_EQ(figure_named(comparison, "lock_wait P99.9").verdict, Verdict::not_told_apart);
}

TEST(RunComparison, PercentilesOfLimitsAreAdded) {
  const ResultSet set = results_of({lock_wait_of(1000)});
  const RunComparison comparison =
      comparison_of(set, set,
                    {parse_limit("lock_wait.p90>+10%"), parse_limit("lock_wait.p99>+10%"),
                     parse_limit("commit.p75>+10%")});
  EXPECT_EQ(comparison.configurations.at(0).figures.size(), 6U);
  EXPECT_EQ(figure_named(comparison, "lock_wait P90").percentile, 90);
}

TEST(RunComparison, WhatLimitsConcernSharesAChanceOfItsOwn) {
  std::vector<ConfigurationResult> runs(3, lock_wait_of(1000));
  ConfigurationResult other = lock_wait_of(1000);
  other.planned.threads = 50;
  runs.push_back(other);
  const ResultSet set = results_of(runs);
  const RunComparison comparison =
      comparison_of(set, set,
                    {parse_limit("lock_wait.p99>+10%"), parse_limit("lock_wait.p99>+20%"),
                     parse_limit("transitions_per_second<-5%")});
  // P99 of both configurations, named twice; the throughput of the one that has repeats.
  EXPECT_EQ(comparison.limited_intervals, 3U);
  EXPECT_NEAR(comparison.limited_chance_of_miss(), 0.05 / 3, 1e-12);
  EXPECT_EQ(comparison.configurations.at(0).limited.size(), 2U);
  EXPECT_EQ(comparison_of(set, set).limited_intervals, 0U);
}

TEST(RunComparison, ZerosAreCompared) {
  const std::vector<ConfigurationResult> none(3, lock_wait_of(0));
  const std::vector<ConfigurationResult> some(3, lock_wait_of(1'000'000));
  for (const std::ptrdiff_t runs : {1, 3}) {
    const ResultSet before = results_of({none.begin(), none.begin() + runs});
    const ResultSet after = results_of({some.begin(), some.begin() + runs});
    const FigureChange grown = figure_named(comparison_of(before, after), "lock_wait P50");
    EXPECT_EQ(grown.before, 0);
    EXPECT_EQ(grown.verdict, Verdict::worse) << runs;
    const FigureChange same = figure_named(comparison_of(before, before), "lock_wait P50");
    EXPECT_EQ(same.verdict, Verdict::not_told_apart) << runs;
    EXPECT_EQ(same.change.ratio, 1);
  }
}

// The clock's or the histogram's next step, in every run: no run was seen to differ.
TEST(RunComparison, EqualRunsAreNotTakenForCertainty) {
  const std::vector<ConfigurationResult> before(3, lock_wait_of(40));
  const std::vector<ConfigurationResult> after(3, lock_wait_of(41));
  EXPECT_EQ(
      figure_named(comparison_of(results_of(before), results_of(after)), "lock_wait P50").verdict,
      Verdict::not_told_apart);
}

TEST(RunComparison, SegmentsOnOneSideAloneAreNamed) {
  ConfigurationResult before = lock_wait_of(1000);
  before.main.segments.push_back({Segment::commit, histogram_of(1)});
  before.main.segments.push_back({Segment::close, Histogram()});
  ConfigurationResult after = lock_wait_of(1000);
  after.main.segments.push_back({Segment::connect, histogram_of(1)});
  const RunComparison comparison = comparison_of(results_of({before}), results_of({after}));
  const ConfigurationChange& change = comparison.configurations.at(0);
  EXPECT_THAT(change.notes, ElementsAre("with samples before alone: commit",
                                        "with samples after alone: connect"));
  EXPECT_EQ(change.figures.size(), 5U);
}

TEST(RunComparison, SegmentOfFewerRunsThanTheOthersIsPooled) {
  std::vector<ConfigurationResult> runs(3, lock_wait_of(1000));
  runs.front().main.segments.push_back({Segment::commit, histogram_of(100, 1000)});
  const RunComparison comparison = comparison_of(results_of(runs), results_of(runs));
  EXPECT_EQ(figure_named(comparison, "commit P50").source, IntervalSource::bootstrap);
  EXPECT_EQ(figure_named(comparison, "lock_wait P50").source, IntervalSource::repeats);
  EXPECT_THAT(comparison.configurations.at(0).notes, ElementsAre(HasSubstr("commit has samples")));
}

TEST(RunComparison, SamplesThatDoNotFitAreCounted) {
  Histogram narrow({.highest_trackable_value = 1000});
  ASSERT_TRUE(narrow.record(10));
  const ResultSet before = results_of({with_segment(Segment::commit, narrow),
                                       with_segment(Segment::commit, histogram_of(1'000'000, 7))});
  const RunComparison comparison = comparison_of(before, before);
  EXPECT_THAT(comparison.configurations.at(0).notes,
              ElementsAre("commit: 14 samples do not fit the histogram of the first run"));
}

TEST(RunComparison, WithoutTimeThereIsNoThroughput) {
  const ResultSet set = results_of({lock_wait_of(1000, 0)});
  EXPECT_EQ(comparison_of(set, set).configurations.at(0).figures.size(), 4U);
}

}  // namespace
}  // namespace walbench::metrics
