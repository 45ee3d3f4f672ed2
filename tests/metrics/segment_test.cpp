// Silent bugs these tests would catch: a row of another segment at a segment's place, so that every
// table, file and comparison shows the right figures under the wrong names; a part that stands
// under no sum, or above the segment it is a part of.

#include "metrics/segment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string_view>
#include <vector>

namespace walbench::metrics {
namespace {

using testing::ElementsAre;

TEST(Segments, EachHasItsRowAtItsPlaceAndANameOfItsOwn) {
  std::set<std::string_view> names;
  for (std::size_t index = 0; index < kSegmentCount; ++index) {
    EXPECT_EQ(kSegments[index].segment, segment_at(index)) << kSegments[index].name;
    EXPECT_EQ(segment_index(segment_at(index)), index);
    EXPECT_EQ(segment_from_name(kSegments[index].name), segment_at(index));
    EXPECT_TRUE(names.insert(segment_name(segment_at(index))).second) << kSegments[index].name;
  }
  EXPECT_EQ(segment_name(Segment::fsm_net), "fsm_net");
  EXPECT_EQ(segment_name(Segment::busy_asked), "busy_asked");
  EXPECT_EQ(segment_index(Segment::busy_asked) + 1, kSegmentCount) << "it is the last";
}

// A record has no room for the others, and the collector no histogram.
TEST(Segments, ThoseOfFilesComeLast) {
  for (const SegmentRow& row : kSegments) {
    const bool recorded = segment_index(row.segment) < kRecordedSegmentCount;
    EXPECT_EQ(recorded, row.samples < Samples::of_files) << row.name;
  }
}

TEST(Segments, PartsStandBelowWhatTheyArePartsOf) {
  for (const SegmentRow& row : kSegments) {
    if (row.parent) {
      EXPECT_LT(segment_index(*row.parent), segment_index(row.segment)) << row.name;
    }
    if (row.exclusive) {
      EXPECT_EQ(row.parent, Segment::fsm_net) << row.name;
    }
  }
  EXPECT_EQ(segment_depth(Segment::fsm_net), 0U);
  EXPECT_EQ(segment_depth(Segment::sync_wait), 2U);
}

TEST(Segments, TheExclusivePartsOfALifecycle) {
  std::vector<std::string_view> parts;
  for (const SegmentRow& row : kSegments) {
    if (row.exclusive) parts.push_back(row.name);
  }
  EXPECT_THAT(parts, ElementsAre("read", "lock_wait", "statement", "commit", "fsm_hydrate",
                                 "fsm_dispatch", "other"));
}

TEST(Segments, OtherNamesAreNone) {
  for (const std::string_view name :
       {"", "fsm", "fsm_net_ms", "FSM_NET", " commit", "commit ", "transitions"}) {
    EXPECT_FALSE(segment_from_name(name).has_value()) << '\'' << name << '\'';
  }
}

}  // namespace
}  // namespace walbench::metrics
