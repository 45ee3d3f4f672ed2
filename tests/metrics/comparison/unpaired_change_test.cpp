// Silent bugs these tests would catch: an interval too narrow because the side that varies more is
// taken to vary as the other does; certainty from runs that were rounded to the same figure.

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "metrics/statistics/distributions.hpp"
#include "metrics/statistics/statistics.hpp"

namespace walbench::metrics {
namespace {

std::vector<RunFigure> figures(std::initializer_list<double> values, double resolution = 1e-9) {
  std::vector<RunFigure> all;
  for (const double value : values) {
    all.push_back({value, resolution});
  }
  return all;
}

// By hand: logarithms to the base of 2 are 1, 2, 3 and 2, 3, 4; means 2 and 3, both variances 1, so
// the standard error is sqrt(2/3), with 4 degrees of freedom: t = 2.776.
TEST(UnpairedChange, IsTheWorkedExample) {
  const Change change = unpaired_change(figures({2, 4, 8}), figures({4, 8, 16}), 0.05);
  EXPECT_NEAR(change.ratio, 2, 1e-9);
  ASSERT_TRUE(change.interval);
  const double reach = 2.776445 * std::sqrt(2 / 3.0);
  EXPECT_NEAR(change.interval->low, std::exp2(1 - reach), 1e-5);
  EXPECT_NEAR(change.interval->high, std::exp2(1 + reach), 1e-4);
}

// One side does not vary, so that all degrees of freedom are the other's: 2.
TEST(UnpairedChange, TakesTheDegreesOfFreedomOfTheSideThatVaries) {
  const Change change = unpaired_change(figures({4, 4, 4, 4, 4}), figures({2, 4, 8}), 0.05);
  ASSERT_TRUE(change.interval);
  EXPECT_NEAR(change.interval->high, std::exp2(4.302653 / std::sqrt(3.0)), 1e-3);
}

TEST(UnpairedChange, IsTurnedOverWithTheSides) {
  const Change forth = unpaired_change(figures({1, 2, 5}), figures({3, 4, 7, 9}), 0.01);
  const Change back = unpaired_change(figures({3, 4, 7, 9}), figures({1, 2, 5}), 0.01);
  EXPECT_NEAR(forth.ratio, 1 / back.ratio, 1e-9);
  ASSERT_TRUE(forth.interval && back.interval);
  EXPECT_NEAR(forth.interval->low, 1 / back.interval->high, 1e-9);
}

TEST(UnpairedChange, NoRunVariesLessThanItWasRounded) {
  const Change change = unpaired_change(figures({40, 40, 40}, 1), figures({41, 41, 41}, 1), 0.05);
  ASSERT_TRUE(change.interval);
  EXPECT_FALSE(change.shown());
  const double error = std::sqrt((1 / 1600.0 + 1 / 1681.0) / 12 / 3);
  EXPECT_NEAR(std::log(change.interval->high / change.ratio), student_t(4, 0.05) * error + 1 / 40.0,
              1e-4);
}

TEST(UnpairedChange, WidensWithTheConfidence) {
  const Change usual = unpaired_change(figures({2, 4, 8}), figures({4, 8, 16}), 0.05);
  const Change surer = unpaired_change(figures({2, 4, 8}), figures({4, 8, 16}), 0.001);
  EXPECT_LT(surer.interval->low, usual.interval->low);
  EXPECT_GT(surer.interval->high, usual.interval->high);
}

}  // namespace
}  // namespace walbench::metrics
