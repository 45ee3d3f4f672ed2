// Silent bugs these tests would catch: a distribution that is drawn with other parameters than were
// asked for, so that a study of tails studies something else; a mean that is not the mean, so that
// the ETA lies; a misspelt delay that is read as another one; a draw that histograms cannot hold.

#include "engine/workload/lifecycle/api_delay.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/refusal.hpp"

namespace walbench::engine {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using testing::HasSubstr;

/// The sentence that the text is refused with.
std::string refusal(const std::string& text) {
  return test_support::refusal_of<std::invalid_argument>([&] { return ApiDelay::parse(text); });
}

std::string quoted(std::string_view text) {
  std::string all(1, '\'');
  return all.append(text).append(1, '\'');
}

/// A number that is one of the distribution's in nanoseconds, rounded as draws are.
nanoseconds rounded(double ns) {
  return nanoseconds(std::llround(ns));
}

TEST(ApiDelay, IsNoneByDefault) {
  const ApiDelay none;
  EXPECT_TRUE(none.is_constant());
  EXPECT_EQ(none.mean(), nanoseconds(0));
  EXPECT_EQ(none.draw(0.5, 0.5), nanoseconds(0));
  EXPECT_EQ(none.text(), "0");
  EXPECT_EQ(none, ApiDelay::parse("0"));
}

TEST(ApiDelay, ReadsADurationAsAConstant) {
  const ApiDelay delay = ApiDelay::parse("50ms");
  EXPECT_TRUE(delay.is_constant());
  EXPECT_EQ(delay.mean(), milliseconds(50));
  EXPECT_EQ(ApiDelay::parse("1.5s").mean(), milliseconds(1500));
  EXPECT_EQ(ApiDelay(milliseconds(50)).mean(), milliseconds(50));
}

TEST(ApiDelay, ReadsDistributionsWithTheirParameters) {
  for (const char* const text :
       {"uniform:10ms,90ms", "exp:50ms", "lognormal:50ms,0.5", "uniform:0,0", "lognormal:1s,0"}) {
    EXPECT_FALSE(ApiDelay::parse(text).is_constant()) << text;
  }
}

TEST(ApiDelay, TextIsWhatWasRead) {
  for (const char* const text : {"0", "0ms", "50ms", "1.50s", "12min", "uniform:10ms,90ms",
                                 "uniform:0,1h", "exp:50ms", "lognormal:50ms,0.5"}) {
    const ApiDelay delay = ApiDelay::parse(text);
    EXPECT_EQ(delay.text(), text);
    EXPECT_EQ(ApiDelay::parse(delay.text()), delay);
  }
}

TEST(ApiDelay, TextOfAConstantReadsAsThatConstant) {
  for (const nanoseconds constant :
       {nanoseconds(0), nanoseconds(1), nanoseconds(310), nanoseconds(milliseconds(50)),
        nanoseconds(milliseconds(1500)), nanoseconds(seconds(2)), nanoseconds(hours(1))}) {
    const ApiDelay delay(constant);
    EXPECT_EQ(ApiDelay::parse(delay.text()).mean(), constant) << delay.text();
  }
}

TEST(ApiDelay, TextOfAnUnevenConstantReadsAsThatConstantToo) {
  for (const nanoseconds constant : {nanoseconds(1'234'567), nanoseconds(seconds(725))}) {
    const std::string text = ApiDelay(constant).text();
    EXPECT_EQ(refusal(text), "accepted");
    EXPECT_EQ(ApiDelay::parse(text).mean(), constant) << text;
  }
}

TEST(ApiDelay, TheSameTextIsTheSameDelayAndAnotherIsNot) {
  const std::vector<std::string> texts = {
      "50ms",     "51ms",     "uniform:10ms,90ms",  "uniform:10ms,91ms",  "uniform:11ms,90ms",
      "exp:50ms", "exp:51ms", "lognormal:50ms,0.5", "lognormal:50ms,0.6", "lognormal:51ms,0.5"};
  for (const std::string& one : texts) {
    for (const std::string& other : texts) {
      EXPECT_EQ(ApiDelay::parse(one) == ApiDelay::parse(other), one == other)
          << one << " and " << other;
    }
  }
}

TEST(ApiDelay, RefusesWhatIsNoDistributionAndSaysWhatIs) {
  for (const char* const text :
       {"normal:50ms,1", "Exp:50ms", "expo:50ms", ":50ms", ":", "constant:50ms", "uniform:10ms",
        "uniform:10ms,", "uniform:", "lognormal:50ms", "lognormal:50ms,", "exp:50ms,60ms",
        "exp:50ms,", "uniform :1ms,2ms"}) {
    EXPECT_THAT(refusal(text), HasSubstr(quoted(text).append(" is no delay"))) << text;
    EXPECT_THAT(refusal(text), HasSubstr("uniform:10ms,90ms, exp:50ms or lognormal:50ms,0.5"));
  }
}

TEST(ApiDelay, RefusesParametersThatAreNoDurations) {
  for (const char* const text :
       {"", "50", "fast", "-1ms", "exp:", "exp:50", "exp:fast", "exp:-50ms", "uniform:10,90",
        "uniform:10ms,90", "uniform:10,90ms", "uniform:,90ms", "uniform:1ms,2ms,3ms",
        "uniform:-1ms,2ms", "lognormal:50,0.5", "lognormal:,0.5", "exp:50ms:1ms"}) {
    EXPECT_THAT(refusal(text), HasSubstr("write a number and a unit")) << text;
  }
  EXPECT_THAT(refusal("exp:50"), HasSubstr("'50' has no unit"));
  EXPECT_THAT(refusal("uniform:10ms,90"), HasSubstr("'90' has no unit"));
}

TEST(ApiDelay, RefusesARangeThatEndsBeforeItBegins) {
  EXPECT_EQ(refusal("uniform:90ms,10ms"), "'uniform:90ms,10ms' ends before it begins");
  EXPECT_EQ(refusal("uniform:1s,999ms"), "'uniform:1s,999ms' ends before it begins");
  EXPECT_EQ(refusal("uniform:10ms,10ms"), "accepted");
}

TEST(ApiDelay, RefusesASigmaOutOfRange) {
  for (const char* const sigma : {"-0.1", "5.01", "6", "nan", "inf", "x", "0.5x", "1e0", "0,5"}) {
    EXPECT_EQ(refusal(std::string("lognormal:50ms,").append(sigma)),
              quoted(sigma).append(" is no sigma; write a number from 0 to 5"));
  }
  EXPECT_EQ(refusal("lognormal:50ms,5"), "accepted");
  EXPECT_EQ(refusal("lognormal:50ms,0"), "accepted");
}

TEST(ApiDelay, MeansAreThoseOfTheDistributions) {
  EXPECT_EQ(ApiDelay::parse("uniform:10ms,90ms").mean(), milliseconds(50));
  EXPECT_EQ(ApiDelay::parse("exp:50ms").mean(), milliseconds(50));
  EXPECT_EQ(ApiDelay::parse("lognormal:50ms,0").mean(), milliseconds(50));
  EXPECT_EQ(ApiDelay::parse("lognormal:50ms,0.5").mean(), rounded(50e6 * std::exp(0.125)));
  EXPECT_EQ(ApiDelay::parse("lognormal:2s,5").mean(), rounded(2e9 * std::exp(12.5)));
}

TEST(ApiDelay, AConstantIgnoresTheNumbers) {
  const ApiDelay delay = ApiDelay::parse("50ms");
  for (const double one : {1e-16, 0.25, 1.0}) {
    for (const double other : {1e-16, 0.75, 1.0}) {
      EXPECT_EQ(delay.draw(one, other), milliseconds(50));
    }
  }
}

TEST(ApiDelay, AUniformDrawIsWhereTheFirstNumberPoints) {
  const ApiDelay delay = ApiDelay::parse("uniform:10ms,90ms");
  EXPECT_EQ(delay.draw(1e-16, 0.7), milliseconds(10));
  EXPECT_EQ(delay.draw(0.25, 0.7), milliseconds(30));
  EXPECT_EQ(delay.draw(0.25, 0.1), milliseconds(30));
  EXPECT_EQ(delay.draw(1, 0.7), milliseconds(90));
  EXPECT_EQ(ApiDelay::parse("uniform:7ms,7ms").draw(0.3, 0.7), milliseconds(7));
}

TEST(ApiDelay, AnExponentialDrawInvertsTheDistribution) {
  const ApiDelay delay = ApiDelay::parse("exp:50ms");
  EXPECT_EQ(delay.draw(1, 0.7), nanoseconds(0));
  EXPECT_EQ(delay.draw(0.5, 0.7), rounded(50e6 * std::numbers::ln2));
  EXPECT_EQ(delay.draw(0.5, 0.1), delay.draw(0.5, 0.7));
  EXPECT_EQ(delay.draw(0.01, 0.7), rounded(-50e6 * std::log(0.01)));
}

TEST(ApiDelay, ALognormalDrawIsTheMedianTimesANormalsExponential) {
  const ApiDelay delay = ApiDelay::parse("lognormal:50ms,0.5");
  // The normal number is 0 where the cosine is, or where the first number is 1.
  EXPECT_EQ(delay.draw(0.3, 0.25), milliseconds(50));
  EXPECT_EQ(delay.draw(1, 0.9), milliseconds(50));
  // It is +1 and -1 sigma where the radius is 1 and the angle a whole or half turn.
  const double radius_one = std::exp(-0.5);
  EXPECT_NEAR(static_cast<double>(delay.draw(radius_one, 1).count()), 50e6 * std::exp(0.5), 2);
  EXPECT_NEAR(static_cast<double>(delay.draw(radius_one, 0.5).count()), 50e6 * std::exp(-0.5), 2);
  EXPECT_EQ(ApiDelay::parse("lognormal:50ms,0").draw(0.01, 0.5), milliseconds(50));
}

TEST(ApiDelay, NoDrawIsNegativeOrLongerThanAnHour) {
  constexpr double kSmallest = 0x1p-53;
  for (const char* const text : {"exp:10min", "lognormal:50min,5", "uniform:59min,1h"}) {
    const ApiDelay delay = ApiDelay::parse(text);
    for (const double one : {kSmallest, 0.5, 1.0}) {
      for (const double other : {kSmallest, 0.5, 1.0}) {
        EXPECT_GE(delay.draw(one, other), nanoseconds(0)) << text;
        EXPECT_LE(delay.draw(one, other), hours(1)) << text;
      }
    }
  }
  EXPECT_EQ(ApiDelay::parse("exp:10min").draw(kSmallest, 1), hours(1));
  EXPECT_EQ(ApiDelay::parse("lognormal:50min,5").draw(kSmallest, 1), hours(1));
  EXPECT_EQ(ApiDelay::parse("uniform:59min,1h").draw(1, 1), hours(1));
  EXPECT_EQ(ApiDelay(hours(2)).draw(0.5, 0.5), hours(1));
}

TEST(ApiDelay, MoreThanAnHourIsRefused) {
  for (const char* const text : {"2h", "exp:61min", "uniform:59min,100h", "lognormal:2h,1"}) {
    EXPECT_THROW(ApiDelay::parse(text), std::invalid_argument) << text;
  }
  EXPECT_EQ(ApiDelay::parse("1h").mean(), hours(1));
}

}  // namespace
}  // namespace walbench::engine
