// Silent bugs these tests would catch: `--busy-timeout 5` taken as five of some unit; a typing
// error that becomes a limit of nothing or of centuries; a printed duration whose unit is off.

#include "metrics/duration.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/refusal.hpp"

namespace walbench::metrics {
namespace {

using namespace std::chrono_literals;

std::string refusal(std::string_view text) {
  return test_support::refusal_of<std::invalid_argument>([&] { return parse_duration(text); });
}

TEST(ParseDuration, KnowsEveryUnit) {
  EXPECT_EQ(parse_duration("7ns"), 7ns);
  EXPECT_EQ(parse_duration("7us"), 7us);
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("2s"), 2s);
  EXPECT_EQ(parse_duration("3min"), 180s);
  EXPECT_EQ(parse_duration("6h"), 21'600s);
}

TEST(ParseDuration, TakesFractionsAndRoundsToNanoseconds) {
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("0.05s"), 50ms);
  EXPECT_EQ(parse_duration("0.5h"), 30min);
  EXPECT_EQ(parse_duration("1.0000000006s"), 1'000'000'001ns);
  EXPECT_EQ(parse_duration("0.3us"), 300ns);
}

TEST(ParseDuration, ZeroNeedsNoUnit) {
  EXPECT_EQ(parse_duration("0"), 0ns);
  EXPECT_EQ(parse_duration("0ms"), 0ns);
}

TEST(ParseDuration, ReachesAHundredYears) {
  EXPECT_EQ(parse_duration("876600h"), 876'600h);
  EXPECT_NE(refusal("876601h").find("100 years"), std::string::npos);
}

TEST(ParseDuration, RefusesEverythingElse) {
  const std::vector<std::pair<std::string, std::string>> refused = {
      {"", "is not a duration"},
      {"s", "is not a duration"},
      {"fast", "is not a duration"},
      {" 2s", "is not a duration"},
      {"+2s", "is not a duration"},
      {"nan", "is not a duration"},
      {"nans", "is not a duration"},
      {"inf", "is not a duration"},
      {"infs", "is not a duration"},
      {"-infs", "is not a duration"},
      {"-1s", "is negative"},
      {"-0.001ms", "is negative"},
      {"5", "has no unit"},
      {"0.1", "has no unit"},
      {"2 s", "has an unknown unit"},
      {"2s ", "has an unknown unit"},
      {"2S", "has an unknown unit"},
      {"2m", "has an unknown unit"},
      {"2sec", "has an unknown unit"},
      {"2s3ms", "has an unknown unit"},
      {"2,5s", "has an unknown unit"},
      {"1e3s", "has an unknown unit"},
      {"0x10s", "has an unknown unit"},
      {"0x10", "has an unknown unit"},
      {"1.2.3s", "has an unknown unit"},
      {"99999999999999999999h", "100 years"},
      {std::string(400, '9') + "s", "is not a duration"},
  };
  for (const auto& [text, why] : refused) {
    EXPECT_NE(refusal(text).find(why), std::string::npos) << '\'' << text << "': " << refusal(text);
  }
}

TEST(ParseDuration, ARefusalRepeatsTheTextAndShowsTheRemedy) {
  EXPECT_EQ(
      refusal("5"),
      "'5' has no unit; write a number and a unit (ns, us, ms, s, min, h), as in 250ms, 2s or "
      "6h");
}

TEST(FormatDuration, ChoosesTheUnitThatReadsBest) {
  const std::vector<std::pair<std::chrono::nanoseconds, std::string>> expected = {
      {0ns, "0 ns"},        {999ns, "999 ns"},     {1us, "1 us"},        {310us, "310 us"},
      {1'234ns, "1.23 us"}, {999'499ns, "999 us"}, {999'500ns, "1 ms"},  {12'345us, "12.3 ms"},
      {999'500us, "1 s"},   {1'030ms, "1.03 s"},   {99'400ms, "99.4 s"}, {99'500ms, "100 s"},
      {300s, "300 s"},      {600s, "600 s"},       {601s, "10 min 1 s"}, {3'599s, "59 min 59 s"},
      {3'599'500ms, "1 h"}, {6h, "6 h"},           {6h + 59s, "6 h"},    {6h + 5min, "6 h 5 min"},
      {100h, "100 h"},
  };
  for (const auto& [duration, text] : expected) {
    EXPECT_EQ(format_duration(duration), text) << duration.count() << " ns";
  }
}

TEST(ExactDuration, ReadsBackAsItself) {
  const std::vector<std::pair<std::chrono::nanoseconds, std::string>> expected = {
      {0ns, "0"},   {999ns, "999ns"}, {1500us, "1500us"},         {1ms, "1ms"},
      {90s, "90s"}, {2min, "2min"},   {1'000'001ns, "1000001ns"}, {6h, "6h"},
  };
  for (const auto& [duration, text] : expected) {
    EXPECT_EQ(exact_duration(duration), text);
    EXPECT_EQ(parse_duration(text), duration);
  }
}

// The examples of its own documentation.
TEST(FormatDuration, DoesWhatItsDocumentationShows) {
  EXPECT_EQ(format_duration(310us), "310 us");
  EXPECT_EQ(format_duration(1'030ms), "1.03 s");
  EXPECT_EQ(format_duration(300s), "300 s");
  EXPECT_EQ(format_duration(725s), "12 min 5 s");
  EXPECT_EQ(format_duration(6h), "6 h");
}

}  // namespace
}  // namespace walbench::metrics
