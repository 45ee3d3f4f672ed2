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
  plan.api_delay = ApiDelay(seconds(2));
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
  plan.api_delay = ApiDelay(seconds(2));
  plan.files = 0;
  EXPECT_EQ(plan.api_time(), nanoseconds(0));
}

TEST(Plan, ApiTimeOfAMillionSlowFilesDoesNotOverflow) {
  ConfigurationPlan plan;
  plan.api_delay = ApiDelay(seconds(60));
  plan.threads = 1;
  plan.files = 1'000'000;
  EXPECT_EQ(plan.api_time(), seconds(120'000'000));
}

TEST(Plan, ApiTimeBeyondWhatNanosecondsCanHoldIsStillLong) {
  ConfigurationPlan plan;
  plan.api_delay = ApiDelay(std::chrono::hours(1));
  plan.threads = 1;
  plan.files = 1'000'000'000;
  EXPECT_GT(plan.api_time(), std::chrono::hours(24 * 365 * 200));
}

TEST(Plan, ApiTimeIsTheMeanOfADistribution) {
  ConfigurationPlan plan;
  plan.threads = 1;
  plan.files = 10;
  plan.api_delay = ApiDelay::parse("uniform:1s,3s");
  EXPECT_EQ(plan.api_time(), seconds(10 * 2 * 2));
  plan.api_delay = ApiDelay::parse("exp:2s");
  EXPECT_EQ(plan.api_time(), seconds(10 * 2 * 2));
  plan.api_delay = ApiDelay::parse("lognormal:2s,1");
  EXPECT_EQ(plan.api_time(), 10 * 2 * ApiDelay::parse("lognormal:2s,1").mean());
}

TEST(Plan, ApiTimeCountsTheCallsThatAreMadeAgain) {
  ConfigurationPlan plan;
  plan.threads = 1;
  plan.files = 10;
  plan.api_delay = ApiDelay(seconds(1));
  // Half of all calls fail: each file imports twice, and each import takes two uploads.
  plan.api_fail_rate = 0.5;
  EXPECT_EQ(plan.api_time(), seconds(10 * (2 + 4)));
  plan.api_fail_rate = 0.75;
  EXPECT_EQ(plan.api_time(), seconds(10 * (4 + 16)));
}

RunPlan plan_with_mitigations() {
  RunPlan plan;
  plan.configurations = {plan_of(1, Profile::zero, "first"), plan_of(2, Profile::zero, "second")};
  plan.mitigations.resize(2);
  plan.mitigations[0].baseline = plan_of(10, Profile::zero, "baseline a");
  plan.mitigations[0].mitigation = plan_of(10, Profile::zero, "mitigation a");
  plan.mitigations[0].repeats = 2;
  plan.mitigations[1].baseline = plan_of(10, Profile::zero, "baseline b");
  plan.mitigations[1].mitigation = plan_of(10, Profile::zero, "mitigation b");
  plan.mitigations[1].repeats = 1;
  return plan;
}

TEST(RunPlan, MeasuresConfigurationsThenEachMitigationInTurnWithItsBaseline) {
  const RunPlan plan = plan_with_mitigations();
  std::vector<std::string> strategies;
  for (const ConfigurationPlan* const each : plan.measurements()) {
    strategies.push_back(each->strategy);
  }
  EXPECT_EQ(strategies,
            (std::vector<std::string>{"first", "second", "baseline a", "mitigation a", "baseline a",
                                      "mitigation a", "baseline b", "mitigation b"}));
}

TEST(RunPlan, MeasurementsPointIntoThePlan) {
  const RunPlan plan = plan_with_mitigations();
  const std::vector<const ConfigurationPlan*> all = plan.measurements();
  ASSERT_EQ(all.size(), 8U);
  EXPECT_EQ(all[1], &plan.configurations[1]);
  EXPECT_EQ(all[4], &plan.mitigations[0].baseline);
  EXPECT_EQ(all[7], &plan.mitigations[1].mitigation);
  EXPECT_TRUE(RunPlan{}.measurements().empty());
}

TEST(RunPlan, ApiTimeIsThatOfEveryMeasurement) {
  RunPlan plan = plan_with_mitigations();
  EXPECT_EQ(plan.api_time(), nanoseconds(0));
  plan.configurations[0].api_delay = ApiDelay(seconds(1));
  plan.configurations[0].files = 5;
  EXPECT_EQ(plan.api_time(), seconds(5 * 2));
  plan.mitigations[0].mitigation.api_delay = ApiDelay(seconds(1));
  plan.mitigations[0].mitigation.files = 30;
  EXPECT_EQ(plan.api_time(), seconds(5 * 2 + 2 * 3 * 2)) << "two repeats of three rounds";
}

TEST(RunPlan, AnApiTimeBeyondWhatNanosecondsCanHoldIsStillLong) {
  RunPlan plan;
  ConfigurationPlan endless = plan_of(1, Profile::realistic);
  endless.api_delay = ApiDelay(std::chrono::hours(1));
  endless.files = 1'000'000'000;
  plan.configurations.assign(10, endless);
  EXPECT_GT(plan.api_time(), std::chrono::hours(24 * 365 * 200));
}

}  // namespace
}  // namespace walbench::engine
