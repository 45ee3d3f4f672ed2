// Silent bugs these tests would catch: a curve that shows percentiles finer than its samples, that
// loses its slowest sample, or whose points are not where HdrHistogram's plotters have them.

#include "metrics/histogram/percentile_curve.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/example_results.hpp"

namespace walbench::metrics {
namespace {

TEST(PercentileCurve, NothingMeasuredIsNoCurve) {
  EXPECT_TRUE(percentile_curve(Histogram()).empty());
}

TEST(PercentileCurve, OneSampleIsOnePoint) {
  const auto curve = percentile_curve(histogram_of(7));
  ASSERT_EQ(curve.size(), 1U);
  EXPECT_EQ(curve[0].inverse_distance, 1);
  EXPECT_EQ(curve[0].value, 7);
}

TEST(PercentileCurve, RunsFromTheSmallestToTheLargestSample) {
  const auto curve = percentile_curve(example_histogram());
  EXPECT_EQ(curve.front().inverse_distance, 1);
  EXPECT_EQ(curve.front().value, 100);
  EXPECT_EQ(curve.back().inverse_distance, 1000) << "one in a thousand is the slowest";
  EXPECT_EQ(curve.back().value, 500);
}

TEST(PercentileCurve, HasThePercentilesOfTheHistogram) {
  const Histogram histogram = example_histogram();
  const auto curve = percentile_curve(histogram);
  ASSERT_EQ(curve.size(), 31U) << "ten to each factor of 10, up to 1,000";
  for (std::size_t index = 1; index + 1 < curve.size(); ++index) {
    const double inverse = curve[index].inverse_distance;
    EXPECT_NEAR(std::log10(inverse), static_cast<double>(index) / 10, 1e-9);
    EXPECT_EQ(curve[index].value, histogram.value_at_percentile(100 * (1 - 1 / inverse)));
    EXPECT_GE(curve[index].value, curve[index - 1].value);
  }
  EXPECT_EQ(curve[10].value, 100) << "90 %";
  EXPECT_EQ(curve[20].value, 300) << "99 %";
}

}  // namespace
}  // namespace walbench::metrics
