// Silent bugs these tests would catch: latency said to scale worse or better than it does; levels
// of two strategies taken for one; a bottleneck that moves with the threads and is told as one that
// stays.

#include "metrics/analysis/scaling.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tests/support/example_results.hpp"

namespace walbench::metrics {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

Growth growth(double exponent, std::int64_t before = 10, std::int64_t after = 50) {
  const double ratio = static_cast<double>(after) / static_cast<double>(before);
  return {"fsm_net P95", before, after, 3, 3 * std::pow(ratio, exponent)};
}

TEST(Growth, ItsExponentIsThatOfTheThreads) {
  for (const double exponent : {-1.5, -0.1, 0.0, 0.5, 1.0, 2.0}) {
    EXPECT_NEAR(growth(exponent).exponent(), exponent, 1e-12);
    EXPECT_NEAR(growth(exponent, 1, 2).exponent(), exponent, 1e-12);
  }
  EXPECT_NEAR((Growth{"", 1, 10, 2, 200}.exponent()), 2, 1e-12);
  EXPECT_NEAR((Growth{"", 4, 16, 8, 4}.exponent()), -0.5, 1e-12);
}

TEST(Growth, KindsChangeAtTheirBorders) {
  const std::vector<std::pair<double, std::string_view>> kinds = {
      {-3, "falls"},      {-0.1001, "falls"},     {-0.0999, "flat"},   {0, "flat"},
      {0.0999, "flat"},   {0.1001, "sub-linear"}, {0.5, "sub-linear"}, {0.8999, "sub-linear"},
      {0.9001, "linear"}, {1, "linear"},          {1.0999, "linear"},  {1.1001, "super-linear"},
      {3, "super-linear"}};
  for (const auto& [exponent, kind] : kinds) {
    EXPECT_EQ(growth(exponent).kind(), kind) << exponent;
    EXPECT_EQ(growth(exponent, 1, 2).kind(), kind) << exponent;
  }
}

/// Each as `fsm_net P95 1-10 0.5-2`: figure, threads, and what it grew from and to.
std::vector<std::string> growths_of(const Scaling& scaling) {
  std::vector<std::string> texts;
  for (const Growth& each : scaling.growths) {
    const auto number = [](double value) {
      std::string text = std::to_string(value);
      return text.substr(0, text.find_last_not_of('0') + 1);
    };
    texts.push_back(std::string(each.figure) + " " + std::to_string(each.threads_before) + "-" +
                    std::to_string(each.threads_after) + " " + number(each.before) + "-" +
                    number(each.after));
  }
  return texts;
}

TEST(Scaling, HasEachFigureFromLevelToLevelAndFromFirstToLast) {
  const std::vector<Scaling> all =
      analyse_scaling({measured(1, "zero", "per-file", 4 * kSecond,
                                {{Segment::fsm_net, 500}, {Segment::lock_wait, 125}}),
                       measured(10, "zero", "per-file", 2 * kSecond,
                                {{Segment::fsm_net, 1000}, {Segment::lock_wait, 250}}),
                       measured(50, "zero", "per-file", 8 * kSecond,
                                {{Segment::fsm_net, 2000}, {Segment::lock_wait, 1500}})});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(growths_of(all[0]),
            (std::vector<std::string>{
                "fsm_net P95 1-10 0.0005-0.001", "fsm_net P95 10-50 0.001-0.002",
                "fsm_net P95 1-50 0.0005-0.002", "lock_wait P95 1-10 0.000125-0.00025",
                "lock_wait P95 10-50 0.00025-0.0015", "lock_wait P95 1-50 0.000125-0.0015",
                "transitions/s 1-10 100.-200.", "transitions/s 10-50 200.-50.",
                "transitions/s 1-50 100.-50."}));
}

TEST(Scaling, TwoLevelsHaveOneGrowthEach) {
  const std::vector<Scaling> all =
      analyse_scaling({measured(1, "zero", "per-file", 4 * kSecond, {{Segment::fsm_net, 500}}),
                       measured(2, "zero", "per-file", 2 * kSecond, {{Segment::fsm_net, 500}})});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(growths_of(all[0]), (std::vector<std::string>{"fsm_net P95 1-2 0.0005-0.0005",
                                                          "transitions/s 1-2 100.-200."}))
      << "lock_wait was not measured";
}

// A figure that grew from nothing has no exponent.
TEST(Scaling, LeavesOutWhatWasNothing) {
  const std::vector<Scaling> all =
      analyse_scaling({measured(1, "zero", "per-file", 4 * kSecond, {{Segment::lock_wait, 0}}),
                       measured(2, "zero", "per-file", 4 * kSecond, {{Segment::lock_wait, 100}}),
                       measured(4, "zero", "per-file", 4 * kSecond, {{Segment::lock_wait, 200}})});
  ASSERT_EQ(all.size(), 1U);
  for (const Growth& each : all[0].growths) {
    EXPECT_TRUE(std::isfinite(each.exponent())) << each.figure;
  }
  EXPECT_EQ(growths_of(all[0]).front(), "lock_wait P95 2-4 0.0001-0.0002");
  EXPECT_EQ(all[0].growths.size(), 4U) << "this and three of throughput";
}

TEST(Scaling, SortsLevelsByThreads) {
  std::vector<ConfigurationResult> configurations;
  for (const std::int64_t threads : {50, 2, 10, 1}) {
    configurations.push_back(measured(threads, "realistic", "per-file", kSecond));
  }
  const std::vector<Scaling> all = analyse_scaling(configurations);
  ASSERT_EQ(all.size(), 1U);
  std::vector<std::int64_t> threads;
  for (const ScalingLevel& level : all[0].levels) {
    threads.push_back(level.threads);
  }
  EXPECT_EQ(threads, (std::vector<std::int64_t>{1, 2, 10, 50}));
}

// From one number of threads to the same number nothing has an exponent.
TEST(Scaling, OneLevelMeasuredTwiceIsOneLevel) {
  EXPECT_TRUE(analyse_scaling({measured(10, "zero", "per-file", kSecond),
                               measured(10, "zero", "per-file", 2 * kSecond)})
                  .empty());
}

TEST(Scaling, KeepsProfilesAndStrategiesApart) {
  const std::vector<Scaling> all = analyse_scaling(
      {measured(1, "zero", "per-file", kSecond), measured(1, "zero", "shared-connection", kSecond),
       measured(10, "zero", "pooled-connection", kSecond),
       measured(10, "realistic", "per-file", kSecond),
       measured(10, "zero", "shared-connection", kSecond),
       measured(50, "zero", "shared-connection", kSecond),
       measured(1, "realistic", "per-file", kSecond), measured(10, "zero", "per-file", kSecond)});
  std::vector<std::string> groups;
  for (const Scaling& each : all) {
    groups.push_back(each.profile + " " + each.strategy + " " + std::to_string(each.levels.size()));
  }
  EXPECT_EQ(groups, (std::vector<std::string>{"zero per-file 2", "zero shared-connection 3",
                                              "realistic per-file 2"}))
      << "one level is none";
  EXPECT_TRUE(analyse_scaling({}).empty());
}

const SegmentValues kByLock = {
    {Segment::fsm_net, 1000}, {Segment::db_total, 900}, {Segment::lock_wait, 600}};
const SegmentValues kByCommit = {{Segment::fsm_net, 1000},
                                 {Segment::db_total, 900},
                                 {Segment::lock_wait, 300},
                                 {Segment::commit, 400}};
const SegmentValues kByWaiting = {
    {Segment::fsm_net, 1000}, {Segment::db_total, 900}, {Segment::lock_wait, 950}};

Scaling of_bottlenecks(const std::vector<SegmentValues>& levels) {
  std::vector<ConfigurationResult> configurations;
  for (const SegmentValues& values : levels) {
    const auto threads = static_cast<std::int64_t>(configurations.size()) + 1;
    configurations.push_back(measured(threads, "zero", "per-file", kSecond, values));
  }
  const std::vector<Scaling> all = analyse_scaling(configurations);
  EXPECT_EQ(all.size(), 1U);
  return all.empty() ? Scaling{} : all.front();
}

TEST(Scaling, SaysWhetherTheBottleneckOrItsCauseChanges) {
  EXPECT_FALSE(of_bottlenecks({kByLock, kByLock, kByLock}).bottleneck_changes);
  EXPECT_TRUE(of_bottlenecks({kByLock, kByLock, kByCommit}).bottleneck_changes) << "its cause";
  EXPECT_TRUE(of_bottlenecks({kByLock, kByCommit, kByLock}).bottleneck_changes)
      << "though it comes back";
  EXPECT_TRUE(of_bottlenecks({kByLock, kByWaiting}).bottleneck_changes) << "the segment";
}

TEST(Scaling, HasTheBottleneckOfEachLevel) {
  const Scaling scaling = of_bottlenecks({kByLock, kByWaiting, kByCommit, {}});
  ASSERT_EQ(scaling.levels.size(), 4U);
  EXPECT_EQ(scaling.levels[0].bottleneck, "db_total");
  EXPECT_EQ(scaling.levels[0].root_cause, "lock_wait");
  EXPECT_EQ(scaling.levels[1].bottleneck, "lock_wait");
  EXPECT_EQ(scaling.levels[2].root_cause, "commit");
  EXPECT_EQ(scaling.levels[3].bottleneck, "") << "no samples";
}

// Each close of the only connection checkpoints: slower than one thread ought to be, so that ten
// look better than they are.
TEST(Scaling, OneThreadThatCheckpointsAtEachCloseIsNotComparedWithMore) {
  std::vector<ConfigurationResult> levels = {
      measured(1, "zero", "per-file", 40 * kSecond), measured(2, "zero", "per-file", 3'200'000'000),
      measured(10, "zero", "per-file", 4 * kSecond), measured(20, "zero", "per-file", 6 * kSecond)};
  ASSERT_FALSE(analyse_scaling(levels).front().left_out.has_value());
  levels[0].wal.checkpoints = levels[0].planned.files;
  const Scaling scaling = analyse_scaling(levels).front();
  ASSERT_TRUE(scaling.left_out.has_value());
  EXPECT_NE(scaling.left_out->find("(100 checkpoints, 100 lifecycles)"), std::string::npos);
  EXPECT_EQ(scaling.levels.size(), 4U) << "it was measured";
  for (const Growth& growth : scaling.growths) {
    EXPECT_GE(growth.threads_before, 2);
  }
  EXPECT_EQ(scaling.growths.size(), 3U) << "of throughput: twice from level to level, and in all";
  const auto* const fit = std::get_if<ScalabilityFit>(&scaling.law);
  ASSERT_NE(fit, nullptr);
  EXPECT_GT(fit->gamma, 50) << "not the 10 of one thread";
  levels[1].wal.checkpoints = levels[2].wal.checkpoints = 100;
  EXPECT_FALSE(analyse_scaling(levels).front().left_out.has_value()) << "all do the same";
}

TEST(Scaling, FitsTheLawToItsThroughputs) {
  // gamma 100, sigma 1/2, kappa 1/20.
  const std::vector<Scaling> all = analyse_scaling({measured(10, "zero", "per-file", 4 * kSecond),
                                                    measured(2, "zero", "per-file", 3'200'000'000),
                                                    measured(1, "zero", "per-file", 4 * kSecond)});
  ASSERT_EQ(all.size(), 1U);
  const auto* const fit = std::get_if<ScalabilityFit>(&all[0].law);
  ASSERT_NE(fit, nullptr);
  EXPECT_NEAR(fit->gamma, 100, 1e-6);
  EXPECT_NEAR(fit->sigma.value, 0.5, 1e-9);
  EXPECT_NEAR(fit->kappa.value, 0.05, 1e-9);
  EXPECT_TRUE(std::holds_alternative<std::string>(of_bottlenecks({kByLock, kByLock}).law));
}

}  // namespace
}  // namespace walbench::metrics
