// Silent bugs these tests would catch: parts that overlap, so that their shares pass 100 %; time in
// no part that nobody mentions; a queue called work; unfairness and missing concurrency that are
// not flagged, or flagged where they mean nothing.

#include "metrics/analysis/breakdown.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace walbench::metrics {
namespace {

using testing::HasSubstr;

/// A configuration in which every lifecycle took just so long, in microseconds.
ConfigurationResult took(const std::vector<std::pair<Segment, std::int64_t>>& microseconds) {
  ConfigurationResult result;
  result.planned.commit = "each";
  for (const auto& [segment, us] : microseconds) {
    Histogram histogram;
    static_cast<void>(histogram.record(us * 1000, 10));
    result.main.segments.push_back({segment, std::move(histogram)});
  }
  return result;
}

const BreakdownPart* part(const Breakdown& breakdown, const std::string& name) {
  for (const BreakdownPart& each : breakdown.parts) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

TEST(BreakDown, PartsExcludeEachOtherAndAddUp) {
  const auto breakdown = break_down(took({{Segment::fsm_net, 1000},
                                          {Segment::lock_wait, 500},
                                          {Segment::pool_wait, 40},
                                          {Segment::queue_wait, 60},
                                          {Segment::busy_wait, 300},
                                          {Segment::statement, 50},
                                          {Segment::commit, 400},
                                          {Segment::checkpoint_wait, 60},
                                          {Segment::sync_wait, 140},
                                          {Segment::fsm_hydrate, 10},
                                          {Segment::fsm_dispatch, 20},
                                          {Segment::other, 20}}));
  ASSERT_TRUE(breakdown.has_value());
  EXPECT_NEAR(breakdown->share(Spent::waiting), 0.4, 0.002);
  EXPECT_NEAR(breakdown->share(Spent::checkpointing), 0.06, 0.001);
  EXPECT_NEAR(breakdown->share(Spent::syncing), 0.14, 0.001);
  EXPECT_NEAR(breakdown->share(Spent::working), 0.4, 0.002)
      << "100 of the lock, 50, 200 of the commit, 10, 20 and 20";
  EXPECT_NEAR(breakdown->unexplained, 0, 0.002);
  ASSERT_NE(part(*breakdown, "lock and update"), nullptr);
  EXPECT_NEAR(part(*breakdown, "lock and update")->mean_ns, 100'000, 300);
}

TEST(BreakDown, PartsStandInTheOrderOfALifecycleAndThoseOfNothingAreLeftOut) {
  const auto breakdown = break_down(took({{Segment::other, 5},
                                          {Segment::sync_wait, 30},
                                          {Segment::commit, 40},
                                          {Segment::checkpoint_wait, 0},
                                          {Segment::statement, 10},
                                          {Segment::lock_wait, 20},
                                          {Segment::fsm_net, 100},
                                          {Segment::pool_wait, 4},
                                          {Segment::queue_wait, 11}}));
  ASSERT_TRUE(breakdown.has_value());
  std::vector<std::string> names;
  for (const BreakdownPart& each : breakdown->parts) {
    names.push_back(each.name);
    EXPECT_DOUBLE_EQ(each.share, each.mean_ns / breakdown->net_ns) << each.name;
  }
  EXPECT_EQ(names, (std::vector<std::string>{"connection pool", "queue", "lock and update",
                                             "statement", "commit", "sync", "other"}));
}

TEST(BreakDown, EveryKindHasAName) {
  EXPECT_EQ(spent_name(Spent::waiting), "waiting");
  EXPECT_EQ(spent_name(Spent::working), "working");
  EXPECT_EQ(spent_name(Spent::checkpointing), "checkpointing");
  EXPECT_EQ(spent_name(Spent::syncing), "syncing");
}

// As where somebody names files of different measurements.
TEST(BreakDown, PartsThatExceedTheWholeAreNotHidden) {
  const auto breakdown = break_down(
      took({{Segment::fsm_net, 1000}, {Segment::lock_wait, 900}, {Segment::commit, 600}}));
  ASSERT_TRUE(breakdown.has_value());
  EXPECT_NEAR(breakdown->unexplained, -0.5, 0.002);
}

TEST(BreakDown, OfNothingThereAreNoShares) {
  EXPECT_FALSE(
      break_down(took({{Segment::fsm_net, 0}, {Segment::lock_wait, 0}, {Segment::commit, 0}}))
          .has_value());
}

TEST(BreakDown, WhatNoPartExplainsIsTold) {
  const auto breakdown = break_down(
      took({{Segment::fsm_net, 1000}, {Segment::lock_wait, 300}, {Segment::commit, 500}}));
  ASSERT_TRUE(breakdown.has_value());
  EXPECT_NEAR(breakdown->unexplained, 0.2, 0.002);
}

TEST(BreakDown, AQueuedWriteWaitsForItsGroup) {
  ConfigurationResult result =
      took({{Segment::fsm_net, 100}, {Segment::lock_wait, 30}, {Segment::commit, 70}});
  result.planned.commit = "group";
  const auto breakdown = break_down(result);
  ASSERT_TRUE(breakdown.has_value());
  EXPECT_NEAR(breakdown->share(Spent::waiting), 0.3, 0.002);
  EXPECT_NE(part(*breakdown, "queue"), nullptr);
  EXPECT_EQ(part(*breakdown, "lock and update"), nullptr);
  EXPECT_NE(part(*breakdown, "group"), nullptr) << "its transaction is that of many";
  EXPECT_EQ(part(*breakdown, "commit"), nullptr);
}

TEST(BreakDown, NeedsItsSegments) {
  EXPECT_FALSE(break_down(took({{Segment::fsm_net, 1}})).has_value());
  EXPECT_FALSE(break_down(ConfigurationResult()).has_value());
}

TEST(Fairness, JainsIndexIsOneWhereAllDidAsMany) {
  ConfigurationResult result;
  result.concurrency.lifecycles_per_thread = {7, 7, 7, 7};
  EXPECT_DOUBLE_EQ(judge_fairness(result)->jain_index, 1);
  result.concurrency.lifecycles_per_thread = {28, 0, 0, 0};
  EXPECT_DOUBLE_EQ(judge_fairness(result)->jain_index, 0.25);
  result.concurrency.lifecycles_per_thread = {1, 2, 3};
  EXPECT_DOUBLE_EQ(judge_fairness(result)->jain_index, 36.0 / (3 * 14));
}

TEST(Fairness, ThreadsThatDidNothingAreNoDivisionByZero) {
  ConfigurationResult result;
  EXPECT_FALSE(judge_fairness(result).has_value()) << "without threads there is none to judge";
  result.concurrency.lifecycles_per_thread = {0, 0};
  EXPECT_DOUBLE_EQ(judge_fairness(result)->jain_index, 1);
}

// A .hgrm file may say so of itself.
TEST(Fairness, HugeCountsDoNotOverflow) {
  ConfigurationResult result;
  result.concurrency.lifecycles_per_thread.assign(4, 1'000'000'000'000'000);
  EXPECT_DOUBLE_EQ(judge_fairness(result)->jain_index, 1);
}

TEST(Fairness, FlightsBelongToNoThread) {
  ConfigurationResult result;
  result.concurrency.lifecycles_per_thread = {7, 0};
  result.planned.commit = "group";
  EXPECT_FALSE(judge_fairness(result).has_value());
}

/// 999 lifecycles that waited `usual_us`, and one that waited `longest_us`.
ConfigurationResult waited(std::int64_t usual_us, std::int64_t longest_us) {
  ConfigurationResult result;
  result.concurrency.lifecycles_per_thread = {500, 500};
  Histogram histogram;
  static_cast<void>(histogram.record(usual_us * 1000, 999));
  static_cast<void>(histogram.record(longest_us * 1000));
  result.main.segments.push_back({Segment::lock_wait, std::move(histogram)});
  return result;
}

TEST(Fairness, BargingIsNamedWhereTheUnluckiestWaitsAHundredTimesTheP99) {
  const auto fairness = judge_fairness(waited(20, 180'000));
  ASSERT_TRUE(fairness->barging.has_value());
  EXPECT_THAT(*fairness->barging, HasSubstr("99 of 100"));
  EXPECT_THAT(*fairness->barging, HasSubstr("180 ms"));
}

TEST(Fairness, ALongTailAloneIsNoBarging) {
  EXPECT_FALSE(judge_fairness(waited(20'000, 180'000))->barging.has_value())
      << "nine times the P99";
  EXPECT_FALSE(judge_fairness(waited(20, 9'000))->barging.has_value()) << "nobody notices 9 ms";
  ConfigurationResult lonely = waited(20, 180'000);
  lonely.concurrency.lifecycles_per_thread = {1000};
  EXPECT_FALSE(judge_fairness(lonely)->barging.has_value()) << "there is nobody else";
}

TEST(MissingConcurrency, IsMarkedBelowNineTenths) {
  ConfigurationResult result;
  result.planned.threads = 50;
  result.planned.files = 1000;
  result.concurrency.in_flight_mean = 45;
  EXPECT_FALSE(missing_concurrency(result).has_value());
  result.concurrency.in_flight_mean = 44.9;
  ASSERT_TRUE(missing_concurrency(result).has_value());
  EXPECT_THAT(*missing_concurrency(result), HasSubstr("90 % of the 50"));
  result.planned.files = 20;
  EXPECT_FALSE(missing_concurrency(result).has_value()) << "there are no more than 20 to be had";
}

TEST(MissingConcurrency, OfNoThreadsNothingIsMissing) {
  EXPECT_FALSE(missing_concurrency(ConfigurationResult()).has_value());
}

TEST(WriteAmplification, IsBytesWrittenByBytesChanged) {
  ConfigurationResult result;
  EXPECT_FALSE(write_amplification(result).has_value());
  result.row_bytes_changed = 100;
  result.wal.bytes_written = 4000;
  result.wal.db_bytes_written = 1000;
  EXPECT_DOUBLE_EQ(write_amplification(result).value_or(0), 50);
}

}  // namespace
}  // namespace walbench::metrics
