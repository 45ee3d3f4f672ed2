// Silent bugs these tests would catch: a huge ratio that turns negative, a tiny one whose inverse
// overflows, a difference that is shown as none.

#include "metrics/ratio_text.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace walbench::metrics {
namespace {

TEST(RatioText, IsAChangeInPercentWhereThatReadsWell) {
  EXPECT_EQ(ratio_text(1.123), "+12.3 %");
  EXPECT_EQ(ratio_text(0.5), "-50.0 %");
  EXPECT_EQ(ratio_text(1), "0.0 %");
  EXPECT_EQ(ratio_text(1.0004), "+0.04 %");
}

TEST(RatioText, IsAFactorWherePercentDoesNot) {
  EXPECT_EQ(ratio_text(15), "x15.0");
  EXPECT_EQ(ratio_text(0.002), "1/500");
  EXPECT_EQ(ratio_text(1000), "x1000.0");
}

TEST(RatioText, IsOnlyADirectionWhereItIsFarAway) {
  EXPECT_EQ(ratio_text(1001), ">x1,000");
  EXPECT_EQ(ratio_text(0.0009), "<1/1,000");
}

TEST(RatioText, NeverOverflows) {
  EXPECT_EQ(ratio_text(1e300), ">x1,000");
  EXPECT_EQ(ratio_text(1e-300), "<1/1,000");
  EXPECT_EQ(ratio_text(0), "<1/1,000");
  EXPECT_EQ(ratio_text(std::numeric_limits<double>::infinity()), ">x1,000");
  EXPECT_EQ(ratio_text(std::numeric_limits<double>::quiet_NaN()), "-");
}

}  // namespace
}  // namespace walbench::metrics
