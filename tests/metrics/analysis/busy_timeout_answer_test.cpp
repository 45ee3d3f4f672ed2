// Silent bugs these tests would catch: several answers to one question; a timeout that only repeats
// what was set; a wait that came close to SQLITE_BUSY and is not said.

#include "metrics/analysis/busy_timeout_answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>

#include "tests/support/example_mitigations.hpp"

namespace walbench::metrics {
namespace {

ConfigurationResult waited(std::int64_t threads, std::int64_t longest_us,
                           std::int64_t configured_ms = 5000) {
  ConfigurationResult result = measured(threads, "zero", "per-file", 1'000'000'000);
  result.busy_longest_us = longest_us;
  result.settings.busy_timeout_ms = configured_ms;
  return result;
}

TEST(BusyTimeout, IsOfTheWaitThatUsedUpMostOfItsTimeout) {
  const auto answer = answer_busy_timeout(
      {waited(1, 0), waited(50, 7'000'000, 30'000), waited(10, 1'800'000, 2'000)}, {});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->where, "c=10 zero per-file");
  EXPECT_EQ(answer->longest_us, 1'800'000);
  EXPECT_EQ(answer->configured_ms, 2'000);
  EXPECT_DOUBLE_EQ(answer->used(), 0.9);
  EXPECT_EQ(answer->set_ms, 14'000) << "twice the longest wait of all";
  EXPECT_FALSE(answer_busy_timeout({}, {}).has_value());
}

TEST(BusyTimeout, ToSetAreFiveSecondsOrTwiceTheLongestWaitInWholeSeconds) {
  const auto set_ms = [](std::int64_t longest_us) {
    return answer_busy_timeout({waited(10, longest_us)}, {})->set_ms;
  };
  EXPECT_EQ(set_ms(0), 5000);
  EXPECT_EQ(set_ms(2'500'000), 5000);
  EXPECT_EQ(set_ms(2'500'001), 6000);
  EXPECT_EQ(set_ms(4'600'000), 10'000);
}

TEST(BusyTimeout, CountsBothSidesOfMitigations) {
  for (const bool of_baseline : {true, false}) {
    MitigationResult result = faster("shared-connection", 2);
    (of_baseline ? result.baseline : result.mitigation).pooled.busy_longest_us = 9000;
    const auto answer = answer_busy_timeout({waited(50, 7000)}, {result});
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->longest_us, 9000);
    EXPECT_EQ(answer->where, of_baseline ? "c=10 zero per-file" : "c=10 zero shared-connection");
  }
  EXPECT_FALSE(answer_busy_timeout({}, {MitigationResult()}).has_value()) << "not measured";
}

TEST(BusyTimeout, WarnsFromFourFifthsOn) {
  const auto answer = [](std::int64_t longest_us) {
    return *answer_busy_timeout({waited(10, longest_us)}, {});
  };
  EXPECT_FALSE(answer(3'999'999).is_near());
  EXPECT_TRUE(answer(4'000'000).is_near());
  EXPECT_EQ(answer(4'600'000).sentence(),
            "busy_timeout: set 10000 ms. The longest wait, at c=10 zero per-file, asked to sleep "
            "4600 ms, which is 92 % of the 5000 ms that were set: the next longer one ends in "
            "SQLITE_BUSY.");
  EXPECT_EQ(answer(199'001).sentence(),
            "busy_timeout: set 5000 ms. The longest wait, at c=10 zero per-file, asked to sleep "
            "200 ms, which is 4 % of the 5000 ms that were set.");
  EXPECT_EQ(answer(0).sentence(),
            "busy_timeout: set 5000 ms. No writer of this run waited in the busy handler.");
}

TEST(BusyTimeout, SaysHowManyAttemptsWereRefused) {
  ConfigurationResult refused = waited(10, 0, 0);
  refused.failures = {{"one", "busy", 200, 200, 0, 0}, {"two", "conflict", 5, 5, 0, 0}};
  ConfigurationResult more = waited(50, 3000, 3);
  more.failures = {{"one", "busy", 99, 0, 0, 0}};
  EXPECT_EQ(answer_busy_timeout({refused}, {})->sentence(),
            "busy_timeout: set 5000 ms. No writer of this run waited in the busy handler. 200 "
            "attempts ended in SQLITE_BUSY.");
  EXPECT_THAT(answer_busy_timeout({refused, more}, {})->sentence(),
              testing::EndsWith(" 299 attempts ended in SQLITE_BUSY."));
}

}  // namespace
}  // namespace walbench::metrics
