// Silent bugs these tests would catch: an interval that is too narrow in the tail, where it
// matters, because the largest sample is taken for the largest value there can be; a difference
// found within one element of a histogram; an endless loop or a NaN over zeros and huge counts.

#include "metrics/statistics/histogram_bootstrap.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "tests/support/example_results.hpp"
#include "tests/support/simulated_samples.hpp"

namespace walbench::metrics {
namespace {

PercentileSpread spread_of(const Histogram& histogram, double percentile) {
  return percentile_spread(OccupiedElements(histogram), percentile);
}

std::optional<Change::Interval> interval_of(const Histogram& before, const Histogram& after,
                                            double percentile, double outside = 0.05) {
  return ratio_interval(spread_of(before, percentile), spread_of(after, percentile), outside);
}

TEST(OccupiedElements, AreThoseWithSamplesInOrder) {
  const OccupiedElements elements(example_histogram());
  ASSERT_EQ(elements.all().size(), 5U);
  EXPECT_EQ(elements.all()[1].low_ns, 200);
  EXPECT_EQ(elements.all()[1].high_ns, 201);
  EXPECT_EQ(elements.all()[1].rank, 985);
  EXPECT_EQ(elements.total_count(), 1000);
}

TEST(OccupiedElements, CountNothingAsOneNanosecond) {
  const OccupiedElements elements(histogram_of(0));
  EXPECT_EQ(elements.all().front().low_ns, 1);
  EXPECT_EQ(elements.all().front().high_ns, 1);
}

// By hand: of two samples none, one or both lie below the true median with chances 1/4, 1/2, 1/4.
// Half of what lies between the two belongs to either, half of what lies outside to nothing seen.
TEST(PercentileSpread, IsTheWorkedExample) {
  Histogram two = histogram_of(100);
  ASSERT_TRUE(two.record(200));
  const PercentileSpread spread = spread_of(two, 50);
  EXPECT_NEAR(spread.chance_below, 0.125, 1e-12);
  ASSERT_EQ(spread.places.size(), 2U);
  EXPECT_NEAR(spread.places[0].chance, 0.375, 1e-12);
  EXPECT_NEAR(spread.places[1].chance, 0.375, 1e-12);
  EXPECT_NEAR(spread.chance_above, 0.125, 1e-12);
}

TEST(PercentileSpread, AddsUpToOne) {
  for (const double percentile : {50.0, 95.0, 99.0, 99.9}) {
    const PercentileSpread spread = spread_of(example_histogram(), percentile);
    double sum = spread.chance_below + spread.chance_above;
    for (const PercentileSpread::Place& place : spread.places) {
      EXPECT_GT(place.chance, 0);
      sum += place.chance;
    }
    EXPECT_NEAR(sum, 1, 1e-12) << percentile;
  }
}

TEST(PercentileSpread, ReachesPastTheLargestSampleWhereThereAreFew) {
  const Histogram histogram = histogram_of(100, 818);
  EXPECT_NEAR(spread_of(histogram, 99.9).chance_above, std::pow(0.999, 818) / 2, 1e-9);
  EXPECT_LT(spread_of(histogram, 50).chance_above, 1e-100);
}

TEST(RatioInterval, HoldsNoChangeForEqualHistograms) {
  const auto interval = interval_of(example_histogram(), example_histogram(), 95);
  ASSERT_TRUE(interval);
  EXPECT_LT(interval->low, 1);
  EXPECT_GT(interval->high, 1);
}

TEST(RatioInterval, IsAsWideAsTheElementWhereAllSamplesAreInOne) {
  constexpr std::int64_t kValue = 1'000'000;
  const Histogram histogram = histogram_of(kValue, 1000);
  const auto interval = interval_of(histogram, histogram, 50);
  ASSERT_TRUE(interval);
  const double width = static_cast<double>(histogram.highest_equivalent(kValue) + 1) /
                       static_cast<double>(histogram.lowest_equivalent(kValue));
  EXPECT_NEAR(interval->high, width, 1e-6);
  EXPECT_NEAR(interval->low, 1 / width, 1e-6);
}

TEST(RatioInterval, DoesNotTellNeighbouringElementsApart) {
  const auto interval = interval_of(histogram_of(40, 1000), histogram_of(41, 1000), 50);
  ASSERT_TRUE(interval);
  EXPECT_LE(interval->low, 1);
  const auto next = interval_of(histogram_of(40, 1000), histogram_of(42, 1000), 50);
  ASSERT_TRUE(next);
  EXPECT_GT(next->low, 1);
}

TEST(RatioInterval, IsTurnedOverWithTheSides) {
  SimulatedSamples samples(1);
  const auto draw = [&] { return samples.lognormal(); };
  const Histogram one = SimulatedSamples::histogram(500, 1, draw);
  const Histogram other = SimulatedSamples::histogram(500, 1.1, draw);
  const auto forth = interval_of(one, other, 95);
  const auto back = interval_of(other, one, 95);
  ASSERT_TRUE(forth && back);
  EXPECT_NEAR(forth->low, 1 / back->high, 1e-9);
  EXPECT_NEAR(forth->high, 1 / back->low, 1e-9);
}

TEST(RatioInterval, WidensWithTheConfidence) {
  SimulatedSamples samples(2);
  const auto draw = [&] { return samples.lognormal(); };
  const Histogram one = SimulatedSamples::histogram(500, 1, draw);
  const Histogram other = SimulatedSamples::histogram(500, 1, draw);
  const auto usual = interval_of(one, other, 50, 0.05);
  const auto surer = interval_of(one, other, 50, 0.001);
  ASSERT_TRUE(usual && surer);
  EXPECT_LT(surer->low, usual->low);
  EXPECT_GT(surer->high, usual->high);
}

TEST(RatioInterval, SurvivesZeros) {
  const auto same = interval_of(histogram_of(0, 100), histogram_of(0, 100), 50);
  ASSERT_TRUE(same);
  EXPECT_NEAR(same->low, 1, 1e-9);
  EXPECT_NEAR(same->high, 1, 1e-9);
  const auto grown = interval_of(histogram_of(0, 100), histogram_of(2000, 100), 50);
  ASSERT_TRUE(grown);
  EXPECT_NEAR(grown->low, 2000, 1e-3);
}

TEST(RatioInterval, IsRefusedWhereThereAreTooFewSamples) {
  const Histogram few = histogram_of(100, 818);
  const Histogram many = histogram_of(100, 100'000);
  EXPECT_FALSE(interval_of(few, few, 99.9));
  EXPECT_FALSE(interval_of(few, many, 99.9));
  EXPECT_FALSE(interval_of(many, few, 99.9));
  EXPECT_TRUE(interval_of(many, many, 99.9));
  EXPECT_TRUE(interval_of(few, few, 99));
  EXPECT_FALSE(interval_of(histogram_of(1), histogram_of(1), 50));
}

TEST(RatioInterval, OfMoreSamplesThanEverMeasuredIsNarrow) {
  Histogram huge = histogram_of(100, 1'000'000'000'000'000);
  ASSERT_TRUE(huge.record(200, 1'000'000'000'000));
  const auto interval = interval_of(huge, huge, 95);
  ASSERT_TRUE(interval);
  EXPECT_NEAR(interval->low, 100 / 101.0, 1e-6);
}

/// How often of 1,000 pairs of equal distributions the interval misses 1.
template <typename Draw>
int misses(int count, double percentile, double outside, Draw draw) {
  int missed = 0;
  for (int pair = 0; pair < 1000; ++pair) {
    const Histogram before = SimulatedSamples::histogram(count, 1, draw);
    const Histogram after = SimulatedSamples::histogram(count, 1, draw);
    const auto interval = interval_of(before, after, percentile, outside);
    EXPECT_TRUE(interval);
    if (interval && (interval->low > 1 || interval->high < 1)) ++missed;
  }
  return missed;
}

TEST(RatioInterval, MissesNoMoreOftenThanItSays) {
  SimulatedSamples samples(3);
  const auto draw = [&] { return samples.lognormal(); };
  const int in_the_middle = misses(80, 50, 0.05, draw);
  EXPECT_LE(in_the_middle, 65);
  EXPECT_GE(in_the_middle, 25) << "wider than it need be";
  EXPECT_LE(misses(80, 95, 0.05, draw), 50);
}

}  // namespace
}  // namespace walbench::metrics
