// Would catch: a percentile of another program's file that is not the one of its samples.

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>

#include "metrics/histogram/hgrm.hpp"

namespace walbench::metrics {
namespace {

// The rows' levels lie up to a step above what was asked for; their counts do not.
TEST(HgrmFile, RowsOfAnyHistogramHoldItsPercentiles) {
  std::mt19937_64 random(7);
  for (const int samples : {1, 2, 3, 40, 100, 818, 1000, 20'000}) {
    Histogram histogram;
    for (int sample = 0; sample < samples; ++sample) {
      ASSERT_TRUE(histogram.record(static_cast<std::int64_t>(random() % 100'000'000)));
    }
    const std::string text = write_hgrm(histogram, 1, "{}");
    const HgrmFile file = parse_hgrm(text.substr(0, text.find("#[Walbench")));
    for (const double p : {0.0, 1.0, 50.0, 90.0, 95.0, 99.0, 99.9, 99.99, 100.0}) {
      const auto exact = static_cast<double>(histogram.value_at_percentile(p));
      const ToldValue told = file.value_at_percentile(p).value_or(ToldValue{-1});
      if (p == 0) {
        EXPECT_GE(told.value, exact) << "rows have the highest equivalent of the smallest value";
      } else if (told.above) {
        EXPECT_GT(exact, *told.above) << samples << " P" << p;
        EXPECT_LE(exact, told.value) << samples << " P" << p;
      } else {
        EXPECT_EQ(exact, told.value) << samples << " P" << p;
      }
    }
    if (samples <= 100) {
      EXPECT_FALSE(file.value_at_percentile(99)->above) << samples;
    }
  }
}

}  // namespace
}  // namespace walbench::metrics
