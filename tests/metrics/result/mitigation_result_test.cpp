// Silent bugs these tests would catch: pooled repeats in which a failed gate is hidden by a later
// success; peaks added up to what never was; a rate that is too large by the number of repeats;
// figures of one repeat that are those of all.

#include "metrics/result/mitigation_result.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/example_results.hpp"

namespace walbench::metrics {
namespace {

RepeatedResult pooled_of(std::vector<ConfigurationResult> repeats) {
  RepeatedResult result;
  for (ConfigurationResult& each : repeats) {
    result.add(std::move(each));
  }
  return result;
}

/// What the engine hands over: one measurement.
ConfigurationResult single() {
  ConfigurationResult result = full_configuration();
  result.repeats = 1;
  return result;
}

TEST(RepeatedResult, OfOneRepeatIsThatRepeat) {
  const RepeatedResult result = pooled_of({single()});
  EXPECT_EQ(result.pooled.repeats, 1);
  EXPECT_EQ(result.pooled.elapsed_ns, 2'000'000'001);
  EXPECT_EQ(result.pooled.wal.peak_bytes, 44);
  EXPECT_EQ(result.pooled.concurrency.in_flight_mean, 9.5);
  EXPECT_EQ(result.pooled.main.segments.size(), 11U);
  ASSERT_EQ(result.repeats.size(), 1U);
}

TEST(RepeatedResult, OfPeaksTheLargestAndOfThreadsThatMetTheFewestCount) {
  ConfigurationResult larger = single();
  larger.busy_longest_us = 7500;
  larger.unsaved_peak = 7600;
  larger.lock_wait_longest_ns = 77'000'002;
  larger.wal.peak_bytes = 4400;
  larger.wal.checkpoint_longest_ns = 57'000'002;
  larger.wal.size_start_bytes = 1;
  larger.wal.size_end_bytes = 2;
  larger.concurrency.in_flight_peak = 3200;
  larger.concurrency.os_threads = 30;
  for (const bool first : {true, false}) {
    const ConfigurationResult pooled =
        first ? pooled_of({larger, single()}).pooled : pooled_of({single(), larger}).pooled;
    EXPECT_EQ(pooled.busy_longest_us, 7500) << first;
    EXPECT_EQ(pooled.unsaved_peak, 7600) << first;
    EXPECT_EQ(pooled.lock_wait_longest_ns, 77'000'002) << first;
    EXPECT_EQ(pooled.wal.peak_bytes, 4400) << first;
    EXPECT_EQ(pooled.wal.checkpoint_longest_ns, 57'000'002) << first;
    EXPECT_EQ(pooled.concurrency.in_flight_peak, 3200) << first;
    EXPECT_EQ(pooled.concurrency.os_threads, 30) << first;
    EXPECT_EQ(pooled.wal.size_start_bytes, first ? 1 : 41) << "of the first";
    EXPECT_EQ(pooled.wal.size_end_bytes, first ? 42 : 2) << "of the last";
  }
}

TEST(RepeatedResult, GroupsOfAllRepeatsAreOnePool) {
  ConfigurationResult few = single();
  ConfigurationResult many = single();
  few.groups = {.groups = 10, .writes = 500, .size_p50 = 51, .size_max = 60};
  many.groups = {.groups = 30, .writes = 500, .size_p50 = 15, .size_max = 70};
  for (const bool first : {true, false}) {
    const GroupsCommitted pooled =
        (first ? pooled_of({few, many}) : pooled_of({many, few})).pooled.groups;
    EXPECT_EQ(pooled.groups, 40) << first;
    EXPECT_EQ(pooled.writes, 1000) << first;
    EXPECT_DOUBLE_EQ(pooled.size_mean(), 25) << "of all groups, not of the means: " << first;
    EXPECT_EQ(pooled.size_p50, 15) << "the distributions are gone; the smaller promises less";
    EXPECT_EQ(pooled.size_max, 70) << first;
  }
}

TEST(RepeatedResult, HasATimelineWhereEveryRepeatHas) {
  ConfigurationResult without = single();
  without.write_lock = {.waits = 1, .sleeps = 2, .sleeps_most = 2, .slept_ns = 3, .stale = 4};
  EXPECT_TRUE(pooled_of({single(), single()}).pooled.write_lock.has_timeline);
  EXPECT_FALSE(pooled_of({single(), without}).pooled.write_lock.has_timeline);
  EXPECT_FALSE(pooled_of({without, single()}).pooled.write_lock.has_timeline);
}

TEST(RepeatedResult, LifecyclesInFlightAreAveragedOverTime) {
  ConfigurationResult shorter = single();
  ConfigurationResult longer = single();
  shorter.elapsed_ns = 1'000;
  shorter.concurrency.in_flight_mean = 10;
  longer.elapsed_ns = 3'000;
  longer.concurrency.in_flight_mean = 6;
  EXPECT_DOUBLE_EQ(pooled_of({shorter, longer}).pooled.concurrency.in_flight_mean, 7);
  EXPECT_DOUBLE_EQ(pooled_of({shorter, longer, longer}).pooled.concurrency.in_flight_mean, 46 / 7.);
}

TEST(RepeatedResult, IsVerifiedWhereEveryRepeatIs) {
  ConfigurationResult unverified = single();
  unverified.verified = false;
  EXPECT_TRUE(pooled_of({single(), single()}).pooled.verified);
  EXPECT_FALSE(pooled_of({unverified, single()}).pooled.verified);
  EXPECT_FALSE(pooled_of({single(), unverified}).pooled.verified);
}

TEST(RepeatedResult, PutsSamplesOfAllRepeatsTogether) {
  const RepeatedResult result = pooled_of(
      {measured(1, "zero", "per-file", 1, {{Segment::commit, 100}}),
       measured(1, "zero", "per-file", 1, {{Segment::commit, 300}, {Segment::other, 7}}),
       measured(1, "zero", "per-file", 1, {{Segment::lock_wait, 5}, {Segment::commit, 100}})});
  ASSERT_EQ(result.pooled.main.segments.size(), 3U);
  EXPECT_EQ(result.pooled.main.segments[0].segment, Segment::lock_wait)
      << "in the order of Segment";
  EXPECT_EQ(result.pooled.main.segments[1].segment, Segment::commit);
  EXPECT_EQ(result.pooled.main.segments[2].segment, Segment::other);
  Histogram commits = histogram_of(100, 2);
  ASSERT_TRUE(commits.record(300));
  EXPECT_EQ(result.pooled.main.segments[1].histogram, commits);
  EXPECT_EQ(result.pooled.main.segments[2].histogram, histogram_of(7));
}

TEST(RepeatedResult, KeepsTheFiguresOfEachRepeatApart) {
  ConfigurationResult second = measured(1, "zero", "per-file", 22, {{Segment::commit, 700}});
  const RepeatedResult result = pooled_of({single(), std::move(second)});
  ASSERT_EQ(result.repeats.size(), 2U);
  EXPECT_EQ(result.repeats[0].elapsed_ns, 2'000'000'001);
  EXPECT_EQ(result.repeats[1].elapsed_ns, 22);
  ASSERT_EQ(result.repeats[0].segments.size(), 11U);
  const SegmentFigures& first = result.repeats[0].segments[1];
  EXPECT_EQ(first.segment, Segment::lock_wait);
  EXPECT_EQ(first.p95_ns, 200);
  EXPECT_EQ(first.p99_ns, 300);
  EXPECT_EQ(first.p999_ns, 400);
  EXPECT_EQ(first.max_ns, 500);
  ASSERT_EQ(result.repeats[1].segments.size(), 1U);
  EXPECT_EQ(result.repeats[1].segments[0].segment, Segment::commit);
  EXPECT_EQ(result.repeats[1].segments[0].p95_ns, 700);
}

TEST(RepeatedResult, ThroughputIsThatOfOneRepeatOrOfAll) {
  const RepeatedResult result = pooled_of({measured(1, "zero", "per-file", 1'000'000'000),
                                           measured(1, "zero", "per-file", 4'000'000'000),
                                           measured(1, "zero", "per-file", 3'000'000'000)});
  EXPECT_DOUBLE_EQ(result.transitions_per_second(result.repeats[0]), 400);
  EXPECT_DOUBLE_EQ(result.transitions_per_second(result.repeats[1]), 100);
  EXPECT_DOUBLE_EQ(result.pooled.transitions_per_second(), 1200 / 8.) << "of three times 400";
}

}  // namespace
}  // namespace walbench::metrics
