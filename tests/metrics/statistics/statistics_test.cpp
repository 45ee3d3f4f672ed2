// Silent bugs these tests would catch: an interval that is too narrow, so that noise passes for a
// gain; a ratio the wrong way round; a median that is one place off.

#include "metrics/statistics/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace walbench::metrics {
namespace {

using Values = std::vector<double>;

TEST(Median, IsTheMiddleOfTheSortedValues) {
  EXPECT_EQ(median(Values{}), 0);
  EXPECT_EQ(median(Values{7}), 7);
  EXPECT_EQ(median(Values{9, 1, 5}), 5);
  EXPECT_EQ(median(Values{9, 1, 5, 1000, 2}), 5) << "the largest does not matter";
}

TEST(Median, OfAnEvenNumberIsTheMeanOfTheTwoInTheMiddle) {
  EXPECT_EQ(median(Values{4, 1}), 2.5);
  EXPECT_EQ(median(Values{40, 1, 3, 2}), 2.5);
  EXPECT_EQ(median(Values{-3, 3, -1, 2}), 0.5);
}

TEST(Median, LeavesItsArgumentAsItIs) {
  const Values values = {3, 1, 2};
  EXPECT_EQ(median(values), 2);
  EXPECT_EQ(values, (Values{3, 1, 2}));
}

// By hand, for ratios 1/2, 1/4 and 1/8. Logarithms to the base of 2: -1, -2, -3; mean -2, standard
// deviation 1, standard error 1 / sqrt(3); two degrees of freedom: t = 4.3027.
TEST(PairedChange, IsTheWorkedExample) {
  const Change change = paired_change(Values{8, 16, 80}, Values{4, 4, 10}, 1, 0.05);
  const double reach = 4.302652729749464 / std::sqrt(3.0);
  EXPECT_NEAR(change.ratio, 0.25, 1e-12);
  ASSERT_TRUE(change.interval.has_value());
  EXPECT_NEAR(change.interval->low, std::exp2(-2 - reach), 1e-12);
  EXPECT_NEAR(change.interval->high, std::exp2(-2 + reach), 1e-12);
  EXPECT_NEAR(change.interval->low, 0.0447, 0.0001);
  EXPECT_NEAR(change.interval->high, 1.399, 0.001);
  EXPECT_FALSE(change.shown()) << "three such pairs may yet be chance";
}

TEST(PairedChange, PairsMatterNotTheirOrderOrSize) {
  const Change one = paired_change(Values{8, 16, 80}, Values{4, 4, 10}, 1, 0.05);
  const Change shuffled = paired_change(Values{80, 8, 16}, Values{10, 4, 4}, 1, 0.05);
  const Change larger = paired_change(Values{800, 16, 80}, Values{400, 4, 10}, 1, 0.05);
  const Change repaired = paired_change(Values{8, 16, 80}, Values{10, 4, 4}, 1, 0.05);
  for (const Change& other : {shuffled, larger}) {
    EXPECT_NEAR(other.ratio, one.ratio, 1e-12);
    ASSERT_TRUE(one.interval && other.interval);
    EXPECT_NEAR(other.interval->low, one.interval->low, 1e-12);
    EXPECT_NEAR(other.interval->high, one.interval->high, 1e-12);
  }
  ASSERT_TRUE(repaired.interval.has_value());
  EXPECT_LT(repaired.interval->low, one.interval->low) << "other pairs spread more";
}

TEST(PairedChange, OnePairHasNoInterval) {
  const Change change = paired_change(Values{4}, Values{1}, 1, 0.05);
  EXPECT_DOUBLE_EQ(change.ratio, 0.25);
  EXPECT_FALSE(change.interval.has_value());
  EXPECT_FALSE(change.shown());
  EXPECT_FALSE(change.shown_larger());
  EXPECT_FALSE(change.shown_smaller());
}

TEST(PairedChange, EqualPairsHoldOne) {
  const Change change = paired_change(Values{3, 50, 7}, Values{3, 50, 7}, 1, 0.05);
  EXPECT_EQ(change.ratio, 1);
  ASSERT_TRUE(change.interval.has_value());
  EXPECT_EQ(change.interval->low, 1);
  EXPECT_EQ(change.interval->high, 1);
  EXPECT_FALSE(change.shown());
}

TEST(PairedChange, TheOtherWayRoundIsTheInverse) {
  const Values before = {8, 16, 80, 3};
  const Values after = {4, 20, 10, 2};
  const Change change = paired_change(before, after, 1, 0.05);
  const Change inverse = paired_change(after, before, 1, 0.05);
  EXPECT_NEAR(change.ratio * inverse.ratio, 1, 1e-12);
  ASSERT_TRUE(change.interval && inverse.interval);
  EXPECT_NEAR(change.interval->low * inverse.interval->high, 1, 1e-12);
  EXPECT_NEAR(change.interval->high * inverse.interval->low, 1, 1e-12);
}

TEST(PairedChange, ValuesBelowTheLeastCountAsTheLeast) {
  const Change from_zero = paired_change(Values{0, 0.5}, Values{8, 8}, 1, 0.05);
  EXPECT_NEAR(from_zero.ratio, 8, 1e-12);
  ASSERT_TRUE(from_zero.interval.has_value());
  EXPECT_NEAR(from_zero.interval->low, 8, 1e-9);
  const Change to_zero = paired_change(Values{4, 4}, Values{0, 0}, 2, 0.05);
  EXPECT_NEAR(to_zero.ratio, 0.5, 1e-12);
  const Change both = paired_change(Values{0, 0}, Values{0, 0}, 1, 0.05);
  EXPECT_EQ(both.ratio, 1);
  EXPECT_FALSE(both.shown());
}

TEST(PairedChange, IsShownWhereItsIntervalLeavesOutOne) {
  const Values hundred(5, 100);
  const Change smaller = paired_change(hundred, Values{80, 81, 79, 80, 82}, 1, 0.05);
  EXPECT_TRUE(smaller.shown() && smaller.shown_smaller());
  EXPECT_FALSE(smaller.shown_larger());
  const Change larger = paired_change(hundred, Values{120, 121, 119, 120, 122}, 1, 0.05);
  EXPECT_TRUE(larger.shown() && larger.shown_larger());
  EXPECT_FALSE(larger.shown_smaller());
  const Change noise = paired_change(hundred, Values{80, 120, 95, 105, 90}, 1, 0.05);
  EXPECT_FALSE(noise.shown() || noise.shown_larger() || noise.shown_smaller());
}

}  // namespace
}  // namespace walbench::metrics
