// Silent bugs these tests would catch: an order in which the long configurations come first, so
// that nothing is known for hours; an estimate of the API's time that forgets a call or the last,
// incomplete round, so that the ETA lies.

#include "engine/plan.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace walbench::engine {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

ConfigurationPlan plan_of(std::int64_t threads, Profile profile, const std::string& strategy = "") {
  ConfigurationPlan plan;
  plan.threads = threads;
  plan.profile = profile;
  plan.strategy = strategy;
  return plan;
}

std::vector<std::string> order_of(std::vector<ConfigurationPlan> configurations) {
  order_fastest_first(configurations);
  std::vector<std::string> labels;
  for (const ConfigurationPlan& plan : configurations) {
    labels.push_back(std::to_string(plan.threads) + " " + std::string(profile_name(plan.profile)) +
                     plan.strategy);
  }
  return labels;
}

TEST(Plan, ZeroComesByRisingThreadsThenRealisticFromMostThreadsToFewest) {
  const std::vector<std::string> expected = {"1 zero",       "10 zero",      "50 zero",
                                             "50 realistic", "10 realistic", "1 realistic"};
  EXPECT_EQ(order_of({plan_of(1, Profile::realistic), plan_of(50, Profile::realistic),
                      plan_of(10, Profile::zero), plan_of(50, Profile::zero),
                      plan_of(1, Profile::zero), plan_of(10, Profile::realistic)}),
            expected);
  EXPECT_EQ(order_of({plan_of(50, Profile::zero), plan_of(1, Profile::zero),
                      plan_of(10, Profile::realistic), plan_of(1, Profile::realistic),
                      plan_of(50, Profile::realistic), plan_of(10, Profile::zero)}),
            expected);
}

TEST(Plan, EqualsKeepTheOrderTheyWereAskedIn) {
  EXPECT_EQ(order_of({plan_of(10, Profile::zero, " b"), plan_of(10, Profile::zero, " a"),
                      plan_of(1, Profile::zero, " c"), plan_of(10, Profile::zero, " 0")}),
            (std::vector<std::string>{"1 zero c", "10 zero b", "10 zero a", "10 zero 0"}));
}

TEST(Plan, ApiTimeIsTwoCallsARoundAndCountsTheIncompleteRound) {
  ConfigurationPlan plan;
  plan.api_delay = seconds(2);
  plan.threads = 1;
  plan.files = 3;
  EXPECT_EQ(plan.api_time(), seconds(12));
  plan.threads = 10;
  plan.files = 818;
  EXPECT_EQ(plan.api_time(), seconds(82 * 2 * 2));
  plan.files = 820;
  EXPECT_EQ(plan.api_time(), seconds(82 * 2 * 2));
  plan.files = 821;
  EXPECT_EQ(plan.api_time(), seconds(83 * 2 * 2));
  plan.threads = 50;
  plan.files = 1;
  EXPECT_EQ(plan.api_time(), seconds(4));
}

TEST(Plan, ApiTimeIsNothingWithoutDelayOrFiles) {
  ConfigurationPlan plan;
  EXPECT_EQ(plan.api_time(), nanoseconds(0));
  plan.api_delay = seconds(2);
  plan.files = 0;
  EXPECT_EQ(plan.api_time(), nanoseconds(0));
}

TEST(Plan, ApiTimeOfAMillionSlowFilesDoesNotOverflow) {
  ConfigurationPlan plan;
  plan.api_delay = seconds(60);
  plan.threads = 1;
  plan.files = 1'000'000;
  EXPECT_EQ(plan.api_time(), seconds(120'000'000));
}

TEST(Plan, ApiTimeBeyondWhatNanosecondsCanHoldIsStillLong) {
  ConfigurationPlan plan;
  plan.api_delay = std::chrono::hours(1);
  plan.threads = 1;
  plan.files = 1'000'000'000;
  EXPECT_GT(plan.api_time(), std::chrono::hours(24 * 365 * 200));
}

}  // namespace
}  // namespace walbench::engine
