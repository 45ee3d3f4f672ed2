// Silent bugs these tests would catch: the wrong segment named as the bottleneck, and the change of
// strategy that follows from it; lock waits that count as contention where they are none.

#include "metrics/analysis/bottleneck.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace walbench::metrics {
namespace {

using Values = std::map<Segment, std::int64_t>;

/// A configuration whose segments have one sample each: all their percentiles are that value. Below
/// 2,048 ns they are exact.
ConfigurationResult configuration(std::int64_t threads, const std::string& profile,
                                  const Values& values) {
  ConfigurationResult result;
  result.planned.threads = threads;
  result.planned.profile = profile;
  result.planned.strategy = "per-file";
  for (const auto& [segment, ns] : values) {
    result.main.segments.push_back({segment, Histogram()});
    EXPECT_TRUE(result.main.segments.back().histogram.record(ns));
  }
  return result;
}

const Values kUsual = {{Segment::fsm_net, 1000},    {Segment::lock_wait, 600},
                       {Segment::commit, 200},      {Segment::statement, 50},
                       {Segment::fsm_dispatch, 20}, {Segment::fsm_hydrate, 10},
                       {Segment::other, 5},         {Segment::db_total, 900}};

Values with(Values values, Segment segment, std::int64_t ns) {
  values[segment] = ns;
  return values;
}

/// Bottleneck and root cause of one configuration, or "none".
std::string found(const Values& values) {
  const auto bottleneck = find_bottleneck({configuration(10, "zero", values)});
  return bottleneck ? bottleneck->segment + " " + bottleneck->root_cause.part : "none";
}

TEST(Bottleneck, IsTheHighestP95OfThreeAndItsCauseTheLargestExclusivePart) {
  EXPECT_EQ(found(kUsual), "db_total lock_wait");
  EXPECT_EQ(found(with(kUsual, Segment::lock_wait, 901)), "lock_wait lock_wait");
  EXPECT_EQ(found(with(kUsual, Segment::fsm_dispatch, 901)), "fsm_dispatch fsm_dispatch");
}

TEST(Bottleneck, AnyExclusivePartMayBeTheCause) {
  for (const Segment part : {Segment::lock_wait, Segment::statement, Segment::commit,
                             Segment::fsm_hydrate, Segment::fsm_dispatch, Segment::other}) {
    EXPECT_EQ(found(with(kUsual, part, 700)), "db_total " + std::string(segment_name(part)));
  }
}

TEST(Bottleneck, WholesAndPartsOfPartsAreNoCauses) {
  for (const Segment whole : {Segment::busy_wait, Segment::transition, Segment::mock_api,
                              Segment::total_wall, Segment::connect, Segment::fsm_net}) {
    EXPECT_EQ(found(with(kUsual, whole, 2000)), "db_total lock_wait") << segment_name(whole);
  }
}

TEST(Bottleneck, OfEqualsTheFirstIsTaken) {
  EXPECT_EQ(found(with(kUsual, Segment::lock_wait, 900)), "db_total lock_wait");
  EXPECT_EQ(found(with(kUsual, Segment::commit, 600)), "db_total lock_wait");
}

// P95 alone sees neither the bulk below it nor the tail above: here commit has the higher P95, and
// two in a hundred that starve take four fifths of all time.
TEST(Bottleneck, TheRootCauseHasTheLargestShareOfAllTimeNotTheHighestP95) {
  ConfigurationResult result = configuration(10, "zero", {});
  const auto add = [&](Segment segment, std::int64_t usual_ns, std::int64_t starved_ns) {
    result.main.segments.push_back({segment, Histogram()});
    ASSERT_TRUE(result.main.segments.back().histogram.record(usual_ns, 98));
    ASSERT_TRUE(result.main.segments.back().histogram.record(starved_ns, 2));
  };
  add(Segment::fsm_net, 10, 2000);
  add(Segment::db_total, 10, 2000);
  add(Segment::lock_wait, 1, 1991);
  add(Segment::commit, 9, 9);
  const auto bottleneck = find_bottleneck({result});
  ASSERT_TRUE(bottleneck.has_value());
  EXPECT_EQ(bottleneck->root_cause.part, "lock_wait");
  EXPECT_NEAR(bottleneck->root_cause.share, 4080.0 / 4980, 1e-3);
}

TEST(Bottleneck, TheTailHasACauseOfItsOwn) {
  ConfigurationResult result = configuration(10, "zero", kUsual);
  ASSERT_FALSE(find_bottleneck({result})->tail_cause.has_value()) << "not known";
  result.slowest = {.count = 2,
                    .net_ns = 1000,
                    .lock_wait_ns = 100,
                    .statement_ns = 20,
                    .commit_ns = 850,
                    .hydrate_ns = 10,
                    .dispatch_ns = 10,
                    .other_ns = 10};
  const auto bottleneck = find_bottleneck({result});
  EXPECT_EQ(bottleneck->root_cause.part, "lock_wait");
  ASSERT_TRUE(bottleneck->tail_cause.has_value());
  EXPECT_EQ(bottleneck->tail_cause->part, "commit");
  EXPECT_DOUBLE_EQ(bottleneck->tail_cause->share, 0.85);
  EXPECT_TRUE(bottleneck->evidence.ends_with("and commit 85.0 % of that of the slowest 1 %"))
      << bottleneck->evidence;
}

TEST(Bottleneck, ThereIsNoneWithoutSamples) {
  EXPECT_FALSE(find_bottleneck({}).has_value());
  EXPECT_EQ(found({}), "none");
  EXPECT_EQ(found({{Segment::fsm_net, 1000}}), "none");
  EXPECT_EQ(found({{Segment::db_total, 1000}, {Segment::commit, 10}}), "none") << "no fsm_net";
  EXPECT_EQ(found({{Segment::fsm_net, 9}, {Segment::db_total, 8}, {Segment::commit, 7}}),
            "db_total commit")
      << "the files that were given are enough";
}

TEST(Bottleneck, JudgesTenThreadsOfProfileZeroElseTheFirst) {
  const Values by_commit = with(kUsual, Segment::commit, 700);
  const auto cause = [](const std::vector<ConfigurationResult>& results) {
    return find_bottleneck(results).value_or(Bottleneck{}).root_cause.part;
  };
  const ConfigurationResult standard = configuration(10, "zero", by_commit);
  const ConfigurationResult other_threads = configuration(50, "zero", kUsual);
  const ConfigurationResult other_profile = configuration(10, "realistic", kUsual);
  EXPECT_EQ(cause({other_threads, other_profile, standard}), "commit");
  EXPECT_EQ(cause({other_threads, configuration(1, "zero", by_commit)}), "lock_wait");
  EXPECT_EQ(cause({other_profile, configuration(1, "zero", by_commit)}), "lock_wait");
}

TEST(Bottleneck, EvidenceHasTheFigures) {
  const auto bottleneck = find_bottleneck({configuration(10, "zero",
                                                         {{Segment::fsm_net, 2'000'000},
                                                          {Segment::db_total, 1'500'000},
                                                          {Segment::commit, 500'000}})});
  ASSERT_TRUE(bottleneck.has_value());
  EXPECT_EQ(bottleneck->evidence,
            "db_total has the highest P95 at c=10 zero per-file: 1.500 ms, where fsm_net has 2.001 "
            "ms; commit takes 25.0 % of all fsm_net");
}

bool contributes(std::int64_t lock_wait, std::int64_t db_total) {
  return judge_wal_contention(
             configuration(10, "zero",
                           {{Segment::lock_wait, lock_wait}, {Segment::db_total, db_total}}))
      .value_or(WalContention{})
      .contributes;
}

TEST(WalContention, AboveFivePercentIsAContributor) {
  EXPECT_FALSE(contributes(50, 1000));
  EXPECT_TRUE(contributes(51, 1000));
  EXPECT_TRUE(contributes(50, 999));
  EXPECT_TRUE(contributes(1000, 1000));
  EXPECT_FALSE(contributes(0, 1000));
  EXPECT_FALSE(contributes(0, 0)) << "nothing of nothing";
}

// Exactly 5 % is none, whatever the figures: all that a histogram can tell exactly.
TEST(WalContention, NoRoundingErrorMakesAContributor) {
  for (std::int64_t ns = 1; ns <= 102; ++ns) {
    EXPECT_FALSE(contributes(ns, 20 * ns)) << ns << " of " << 20 * ns;
    EXPECT_TRUE(contributes(ns, 20 * ns - 1)) << ns << " of " << 20 * ns - 1;
  }
}

TEST(WalContention, SaysItsShare) {
  const auto evidence = [](std::int64_t lock_wait) {
    return judge_wal_contention(
               configuration(10, "zero",
                             {{Segment::lock_wait, lock_wait}, {Segment::db_total, 1000}}))
        .value_or(WalContention{})
        .evidence;
  };
  EXPECT_EQ(evidence(123), "CONTRIBUTOR: lock_wait P95 is 12.3 % of db_total P95 (threshold 5 %)");
  EXPECT_EQ(evidence(40),
            "NOT A CONTRIBUTOR: lock_wait P95 is 4.0 % of db_total P95 (threshold 5 %)");
}

TEST(WalContention, IsUnknownWithoutBothSegments) {
  EXPECT_FALSE(judge_wal_contention(configuration(1, "zero", {})).has_value());
  EXPECT_FALSE(
      judge_wal_contention(configuration(1, "zero", {{Segment::lock_wait, 1}})).has_value());
  EXPECT_FALSE(
      judge_wal_contention(configuration(1, "zero", {{Segment::db_total, 1}})).has_value());
}

}  // namespace
}  // namespace walbench::metrics
