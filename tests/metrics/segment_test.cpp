// Silent bug these tests would catch: a segment that carries another segment's name, so that every
// table, file and comparison shows the right figures in the wrong rows.

#include "metrics/segment.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string_view>
#include <utility>

namespace walbench::metrics {
namespace {

constexpr std::array<std::pair<Segment, std::string_view>, kSegmentCount> kExpectedNames = {{
    {Segment::fsm_net, "fsm_net"},
    {Segment::lock_wait, "lock_wait"},
    {Segment::queue_wait, "queue_wait"},
    {Segment::busy_wait, "busy_wait"},
    {Segment::statement, "statement"},
    {Segment::commit, "commit"},
    {Segment::checkpoint_wait, "checkpoint_wait"},
    {Segment::sync_wait, "sync_wait"},
    {Segment::fsm_hydrate, "fsm_hydrate"},
    {Segment::fsm_dispatch, "fsm_dispatch"},
    {Segment::other, "other"},
    {Segment::db_total, "db_total"},
    {Segment::transition, "transition"},
    {Segment::mock_api, "mock_api"},
    {Segment::total_wall, "total_wall"},
    {Segment::connect, "connect"},
    {Segment::close, "close"},
    {Segment::attempt, "attempt"},
    {Segment::failed_attempt, "failed_attempt"},
    {Segment::wal_sync, "wal_sync"},
    {Segment::db_sync, "db_sync"},
    {Segment::checkpoint, "checkpoint"},
}};

TEST(Segment, EachHasItsOwnName) {
  for (const auto& [segment, name] : kExpectedNames) {
    EXPECT_EQ(segment_name(segment), name);
    EXPECT_EQ(segment_from_name(name), segment);
  }
}

TEST(Segment, ThereAreNoOthers) {
  std::set<std::string_view> names;
  for (std::size_t index = 0; index < kSegmentCount; ++index) {
    EXPECT_EQ(segment_index(segment_at(index)), index);
    names.insert(segment_name(segment_at(index)));
  }
  EXPECT_EQ(names.size(), kSegmentCount) << "two segments of one name";
  EXPECT_EQ(segment_index(Segment::checkpoint) + 1, kSegmentCount) << "it is the last";
}

// A record has no room for the others, and the collector no histogram.
TEST(Segment, ThoseOfLifecyclesComeBeforeThoseOfFiles) {
  EXPECT_EQ(segment_index(Segment::failed_attempt) + 1, kLifecycleSegmentCount);
  for (const Segment segment : {Segment::wal_sync, Segment::db_sync, Segment::checkpoint}) {
    EXPECT_GE(segment_index(segment), kLifecycleSegmentCount) << segment_name(segment);
  }
}

TEST(Segment, OtherNamesAreNoSegments) {
  for (const std::string_view name :
       {"", "fsm", "fsm_net_ms", "FSM_NET", " commit", "commit ", "transitions"}) {
    EXPECT_FALSE(segment_from_name(name).has_value()) << '\'' << name << '\'';
  }
}

}  // namespace
}  // namespace walbench::metrics
