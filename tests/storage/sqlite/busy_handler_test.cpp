// Silent bugs these tests would catch: jitter that is none, is not even, or is the same for every
// connection, so that they wake together; a retry that sleeps without a handler of ours at work.

#include "storage/sqlite/busy_handler.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <numeric>
#include <optional>
#include <vector>

namespace walbench::storage {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using testing::ElementsAre;

/// What a handler with that seed sleeps in one wait of so many calls.
std::vector<nanoseconds> sleeps(const BusyHandlerAxis& axis, std::uint64_t seed, int calls) {
  std::vector<nanoseconds> slept;
  BusyHandler handler(axis, 1h, seed, [&slept](nanoseconds delay, bool is_first) {
    EXPECT_EQ(is_first, slept.empty());
    slept.push_back(delay);
    return std::optional(delay);
  });
  for (int number = 0; number < calls; ++number) {
    EXPECT_TRUE(handler.wait(number));
  }
  return slept;
}

TEST(BusyHandlerTest, FullJitterIsEvenFromNothingToTheDelay) {
  constexpr int kCalls = 10'000;
  const BusyHandlerAxis axis = BusyHandlerAxis::exponential(8ms, 8ms);
  const std::vector<nanoseconds> slept = sleeps(axis, 42, kCalls);
  const auto below = [&](nanoseconds limit) {
    return std::ranges::count_if(slept, [=](nanoseconds each) { return each < limit; });
  };
  EXPECT_EQ(below(8ms + 1ns), kCalls);
  for (const int eighth : {1, 2, 4, 7}) {
    // Five standard deviations of a binomial count are less than 250 of 10,000.
    EXPECT_NEAR(static_cast<double>(below(eighth * 1ms)), kCalls * eighth / 8.0, 250) << eighth;
  }
}

TEST(BusyHandlerTest, TheSeedDecidesTheJitter) {
  const BusyHandlerAxis axis = BusyHandlerAxis::exponential(1ms, 100ms);
  EXPECT_EQ(sleeps(axis, 1, 20), sleeps(axis, 1, 20));
  EXPECT_NE(sleeps(axis, 1, 20), sleeps(axis, 2, 20));
}

TEST(BusyHandlerTest, TheLastSleepEndsWithTheTimeoutAndTheNextWaitBeginsAnew) {
  std::vector<nanoseconds> slept;
  BusyHandler handler(BusyHandlerAxis::constant(4ms), 10ms, 0, [&](nanoseconds delay, bool) {
    slept.push_back(delay);
    return std::optional(delay);
  });
  EXPECT_TRUE(handler.wait(0) && handler.wait(1) && handler.wait(2));
  EXPECT_FALSE(handler.wait(3));
  EXPECT_TRUE(handler.wait(0));
  EXPECT_THAT(slept, ElementsAre(4ms, 4ms, 2ms, 4ms));
}

TEST(BusyHandlerTest, ATimeoutOfNothingGivesUpAtOnce) {
  BusyHandler handler(BusyHandlerAxis::constant(4ms), 0ms, 0, [](nanoseconds delay, bool) {
    ADD_FAILURE() << "slept";
    return std::optional(delay);
  });
  EXPECT_FALSE(handler.wait(0));
}

TEST(BusyHandlerTest, NobodyWaitsAnyMoreOnceSleepsAreRefused) {
  BusyHandler handler(BusyHandlerAxis::constant(4ms), 1h, 0,
                      [](nanoseconds, bool) { return std::optional<nanoseconds>(); });
  EXPECT_FALSE(handler.wait(0));
}

TEST(BusyHandlerTest, APauseIsAsLongAsTheTryBeforeItWouldBe) {
  std::vector<nanoseconds> slept;
  BusyHandler handler(BusyHandlerAxis::sqlite(), 0ms, 0, [&](nanoseconds delay, bool) {
    slept.push_back(delay);
    return std::optional(delay);
  });
  for (int number = 0; number < 4; ++number) {
    handler.pause(number);
  }
  EXPECT_THAT(slept, ElementsAre(1ms, 2ms, 5ms, 10ms));
}

}  // namespace
}  // namespace walbench::storage
