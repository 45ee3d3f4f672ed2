// Silent bugs these tests would catch: a timeout advised from fewer transactions than can support
// it; one that is exceeded more often than it says; transactions that did not wait left out of the
// count, which would make the advice far too long.

#include "metrics/statistics/busy_timeout.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <vector>

namespace walbench::metrics {
namespace {

const TimeoutAdvice& of_chance(const std::vector<TimeoutAdvice>& all, double chance) {
  for (const TimeoutAdvice& advice : all) {
    if (advice.chance == chance) return advice;
  }
  throw std::logic_error("no such advice");
}

constexpr std::int64_t kUs = 1000, kMs = 1000 * kUs;

TEST(TimeoutAdvice, ThreeByTheChanceTransactionsAreNeeded) {
  const auto all = advise_timeouts(Histogram(), 100);
  EXPECT_EQ(of_chance(all, 1e-3).transactions_needed, 2996);
  EXPECT_EQ(of_chance(all, 1e-6).transactions_needed, 2'995'733);
  EXPECT_FALSE(of_chance(all, 1e-3).timeout_ms.has_value());
  EXPECT_EQ(of_chance(all, 1e-3).transactions, 100);
  EXPECT_FALSE(of_chance(advise_timeouts(Histogram(), 2995), 1e-3).timeout_ms.has_value());
  EXPECT_TRUE(of_chance(advise_timeouts(Histogram(), 2996), 1e-3).timeout_ms.has_value());
}

TEST(TimeoutAdvice, WithJustEnoughItIsTheLongestWait) {
  Histogram waits;
  ASSERT_TRUE(waits.record(kMs, 5));
  ASSERT_TRUE(waits.record(80 * kMs));
  EXPECT_EQ(of_chance(advise_timeouts(waits, 2996), 1e-3).timeout_ms, 81)
      << "80 ms, as the histogram rounds it up";
}

TEST(TimeoutAdvice, WithMoreItLeavesOutTheLongestOnes) {
  // 100,000 transactions: 100 are expected beyond the quantile; no more than 83 of them happen with
  // a chance of 5 % at most, so the 84th longest wait is the limit.
  Histogram waits;
  ASSERT_TRUE(waits.record(2000 * kMs, 83));
  ASSERT_TRUE(waits.record(kMs, 500));
  EXPECT_EQ(of_chance(advise_timeouts(waits, 100'000), 1e-3).timeout_ms, 2);
  ASSERT_TRUE(waits.record(2000 * kMs));
  EXPECT_GT(of_chance(advise_timeouts(waits, 100'000), 1e-3).timeout_ms.value_or(0), 1999);
}

// Upper 95 % limits of Poisson counts, as every table of them has them.
TEST(TimeoutAdvice, HowManyWaitsItLeavesOutIsTheTextbookNumber) {
  // The longest waits last 1,000 ms, 999 ms, 998 ms, ...
  Histogram waits({.lowest_discernible_value = 1,
                   .highest_trackable_value = 3'600'000'000'000,
                   .significant_digits = 5});
  for (std::int64_t ms = 1; ms <= 1000; ++ms) {
    ASSERT_TRUE(waits.record(ms * kMs - 50 * kUs));
  }
  const auto left_out = [&](std::int64_t transactions) {
    return 1000 - of_chance(advise_timeouts(waits, transactions), 1e-3).timeout_ms.value_or(-1);
  };
  EXPECT_EQ(left_out(2'996), 0);
  EXPECT_EQ(left_out(4'743), 0);
  EXPECT_EQ(left_out(4'744), 1);
  EXPECT_EQ(left_out(6'295), 1);
  EXPECT_EQ(left_out(6'296), 2);
  EXPECT_EQ(left_out(7'754), 3);
  EXPECT_EQ(left_out(16'962), 9);
  EXPECT_EQ(left_out(16'963), 10);
}

TEST(TimeoutAdvice, OfNoTransactionsThereIsNone) {
  for (const TimeoutAdvice& advice : advise_timeouts(Histogram(), 0)) {
    EXPECT_FALSE(advice.timeout_ms.has_value()) << advice.chance;
  }
}

TEST(TimeoutAdvice, IsInWholeMillisecondsRoundedUp) {
  const auto advised = [](std::int64_t wait_us) {
    Histogram waits;
    EXPECT_TRUE(waits.record(wait_us * kUs));
    return of_chance(advise_timeouts(waits, 2996), 1e-3).timeout_ms;
  };
  EXPECT_EQ(advised(0), 0);
  EXPECT_EQ(advised(1), 1);
  EXPECT_EQ(advised(999), 1);
  EXPECT_EQ(advised(1000), 2) << "as the histogram rounds it up";
  EXPECT_EQ(advised(1998), 2);
}

TEST(TimeoutAdvice, WhereFewWaitedNoneIsNeeded) {
  Histogram waits;
  ASSERT_TRUE(waits.record(5000 * kMs, 10));
  EXPECT_EQ(of_chance(advise_timeouts(waits, 1'000'000), 1e-3).timeout_ms, 0)
      << "10 of a million is far below the chance";
}

TEST(TimeoutAdvice, LargeNumbersDoNotOverflow) {
  Histogram waits;
  ASSERT_TRUE(waits.record(7 * kMs, 100'000'000));
  EXPECT_EQ(of_chance(advise_timeouts(waits, 1'000'000'000), 1e-3).timeout_ms, 8);
  EXPECT_EQ(of_chance(advise_timeouts(waits, 1'000'000'000), 1e-6).timeout_ms, 8);
}

// The claim itself: of many samples of a known distribution, the advised limit lies below the true
// quantile in about 5 of 100, and certainly not in many more.
TEST(TimeoutAdvice, HoldsNineteenTimesInTwenty) {
  std::mt19937_64 random(7);
  std::exponential_distribution<double> wait_us(1.0 / 10'000);
  const double true_quantile_ms = -std::log(1e-3) * 10'000 / 1000;
  int too_short = 0;
  constexpr int kRuns = 400;
  for (int run = 0; run < kRuns; ++run) {
    Histogram waits;
    constexpr std::int64_t kTransactions = 5000;
    for (std::int64_t transaction = 0; transaction < kTransactions; ++transaction) {
      ASSERT_TRUE(waits.record(static_cast<std::int64_t>(1000 * wait_us(random))));
    }
    const auto advice = of_chance(advise_timeouts(waits, kTransactions), 1e-3);
    ASSERT_TRUE(advice.timeout_ms.has_value());
    if (static_cast<double>(*advice.timeout_ms) < true_quantile_ms) ++too_short;
  }
  EXPECT_LE(too_short, kRuns * 8 / 100);
}

}  // namespace
}  // namespace walbench::metrics
