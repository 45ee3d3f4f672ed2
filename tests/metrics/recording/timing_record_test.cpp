// Silent bugs these tests would catch: a sample counted that no histogram gets, or the other way
// round, so that "produced = recorded + out of range" cannot hold; a sum that starts from rubbish;
// a segment whose value lands in its neighbour.

#include "metrics/recording/timing_record.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace walbench::metrics {
namespace {

TEST(TimingRecord, BeginsEmpty) {
  const TimingRecord record;
  EXPECT_EQ(record.sample_count(), 0);
  EXPECT_EQ(record.transition_count(), 0U);
  for (std::size_t index = 0; index < kRecordedSegmentCount; ++index) {
    EXPECT_FALSE(record.has(segment_at(index))) << segment_name(segment_at(index));
    EXPECT_EQ(record.value_ns(segment_at(index)), 0);
  }
}

TEST(TimingRecord, KeepsEachSegmentApart) {
  TimingRecord record;
  std::int64_t set = 0;
  for (std::size_t index = 0; index < kRecordedSegmentCount; ++index) {
    const Segment segment = segment_at(index);
    if (segment == Segment::transition) continue;
    record.set(segment, 100 + static_cast<std::int64_t>(index));
    EXPECT_EQ(record.sample_count(), ++set);
  }
  for (std::size_t index = 0; index < kRecordedSegmentCount; ++index) {
    const Segment segment = segment_at(index);
    const bool expected = segment != Segment::transition;
    EXPECT_EQ(record.has(segment), expected) << segment_name(segment);
    if (expected) {
      EXPECT_EQ(record.value_ns(segment), 100 + static_cast<std::int64_t>(index));
    }
  }
}

TEST(TimingRecord, ZeroIsASample) {
  TimingRecord record;
  record.set(Segment::busy_wait, 0);
  EXPECT_TRUE(record.has(Segment::busy_wait));
  EXPECT_EQ(record.sample_count(), 1);
}

TEST(TimingRecord, SetReplacesAndAddSums) {
  TimingRecord record;
  record.set(Segment::mock_api, 7);
  record.set(Segment::mock_api, 5);
  EXPECT_EQ(record.value_ns(Segment::mock_api), 5);

  record.add(Segment::commit, 11);
  record.add(Segment::commit, 13);
  record.add(Segment::commit, 17);
  EXPECT_EQ(record.value_ns(Segment::commit), 41);

  EXPECT_EQ(record.sample_count(), 2) << "however often it was set or added to";
}

TEST(TimingRecord, HoldsThreeTransitionsInTheirOrder) {
  TimingRecord record;
  record.set(Segment::db_total, 1);
  record.add_transition(30);
  record.add_transition(10);
  record.add_transition(20);
  ASSERT_EQ(record.transition_count(), 3U);
  EXPECT_EQ(record.transition_ns(0), 30);
  EXPECT_EQ(record.transition_ns(1), 10);
  EXPECT_EQ(record.transition_ns(2), 20);
  EXPECT_EQ(record.sample_count(), 4);
  EXPECT_FALSE(record.has(Segment::transition)) << "it would be recorded a fourth time";
}

TEST(TimingRecord, TransitionsMoveToARecordOfTheirOwn) {
  TimingRecord record;
  record.set(Segment::db_total, 1);
  record.add_transition(30);
  record.add_transition(10);
  const TimingRecord taken = record.take_transitions();
  ASSERT_EQ(taken.transition_count(), 2U);
  EXPECT_EQ(taken.transition_ns(0), 30);
  EXPECT_EQ(taken.transition_ns(1), 10);
  EXPECT_EQ(taken.sample_count(), 2) << "none of the segments' samples went with them";
  EXPECT_EQ(record.transition_count(), 0U) << "or they would be counted twice";
  EXPECT_EQ(record.sample_count(), 1);
  record.add_transition(7);
  EXPECT_EQ(record.transition_ns(0), 7);
}

#ifndef NDEBUG
TEST(TimingRecordDeathTest, ChecksItsCallersInDebugBuilds) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  TimingRecord record;
  EXPECT_DEATH(record.set(Segment::transition, 1), "transition");
  while (!record.is_full()) {
    record.add_transition(1);
  }
  EXPECT_DEATH(record.add_transition(1), "is_full");
}
#endif

}  // namespace
}  // namespace walbench::metrics
