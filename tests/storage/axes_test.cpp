// Silent bugs these tests would catch: a value whose name is read as another value, or that two
// points share, so that results are filed under the wrong name; axes that would mix the
// transactions of two lifecycles and are let through.

#include "storage/axes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace walbench::storage {
namespace {

using testing::ElementsAre;

/// Every combination of the values that the axes list.
std::vector<Axes> every_point() {
  std::vector<Axes> points = {Axes{}};
  for_each_axis([&points](const auto& axis) {
    std::vector<Axes> more;
    for (const Axes& point : points) {
      for (const auto& each : axis.values) {
        more.push_back(point);
        more.back().*axis.member = each.value;
      }
    }
    points = std::move(more);
  });
  return points;
}

TEST(Axes, EveryValueIsReadByItsNameAndExplained) {
  std::set<std::string_view> axes;
  for_each_axis([&axes](const auto& axis) {
    EXPECT_TRUE(axes.insert(axis.name).second) << axis.name;
    EXPECT_FALSE(axis.help.empty()) << axis.name;
    for (const auto& each : axis.values) {
      EXPECT_EQ(axis_name(each.value), each.name);
      EXPECT_TRUE(parse_axis(axis, each.name) == each.value) << each.name;
      EXPECT_FALSE(each.help.empty()) << each.name;
    }
    for (const char* const none : {"", "Shared", " sqlite", "where ", "batch", "?"}) {
      EXPECT_FALSE(parse_axis(axis, none).has_value()) << axis.name << " " << none;
    }
  });
  EXPECT_THAT(axes, ElementsAre("begin", "busy-handler", "commit", "connection", "guard", "queue"));
}

TEST(Axes, TheFirstValuesAreTheBaseline) {
  for_each_axis([](const auto& axis) {
    EXPECT_TRUE(Axes{}.*axis.member == axis.values.front().value) << axis.name;
  });
}

TEST(Axes, ABatchHasAnySizeAndOneOfOneIsNone) {
  EXPECT_EQ(axis_name(CommitAxis::batch(25)), "batch:25");
  EXPECT_EQ(parse_axis(kCommitAxis, "batch:25"), CommitAxis::batch(25));
  EXPECT_EQ(parse_axis(kCommitAxis, "batch:1000000"), CommitAxis::batch(1'000'000));
  EXPECT_EQ(parse_axis(kCommitAxis, "batch:1"), CommitAxis::each());
  EXPECT_EQ(axis_name(CommitAxis::batch(1)), "each");
  for (const char* const none : {"batch:", "batch:0", "batch:-1", "batch:+2", "batch:1000001",
                                 "batch:2.5", "batch:2 ", "batch:99999999999999999999"}) {
    EXPECT_FALSE(parse_axis(kCommitAxis, none).has_value()) << none;
  }
}

TEST(Axes, AGroupIsNoBatch) {
  EXPECT_TRUE(CommitAxis::group().is_group());
  EXPECT_FALSE(CommitAxis::each().is_group() || CommitAxis::batch(10).is_group());
  EXPECT_EQ(CommitAxis::group().batch_size(), 1);
  EXPECT_NE(CommitAxis::group(), CommitAxis::each());
}

TEST(Axes, AGroupHasAnyLimitAndTheLargestIsNone) {
  EXPECT_EQ(axis_name(CommitAxis::group(7)), "group:7");
  EXPECT_EQ(parse_axis(kCommitAxis, "group:7"), CommitAxis::group(7));
  EXPECT_EQ(parse_axis(kCommitAxis, "group:1024"), CommitAxis::group());
  EXPECT_EQ(axis_name(CommitAxis::group(1024)), "group");
  EXPECT_EQ(CommitAxis::group(7).most_in_group(), 7);
  EXPECT_TRUE(CommitAxis::group(1).is_group());
  for (const char* const none : {"group:", "group:0", "group:1025", "group:-1", "group:1 "}) {
    EXPECT_FALSE(parse_axis(kCommitAxis, none).has_value()) << none;
  }
}

TEST(Axes, APoolHasAnySize) {
  EXPECT_EQ(axis_name(ConnectionAxis::pool(3)), "pool:3");
  EXPECT_EQ(parse_axis(kConnectionAxis, "pool:3"), ConnectionAxis::pool(3));
  EXPECT_NE(ConnectionAxis::pool(3), ConnectionAxis::pool(4));
  for (const char* const none : {"pool", "pool:", "pool:0", "pool:1001", "pool:-1", "pool:2.5"}) {
    EXPECT_FALSE(parse_axis(kConnectionAxis, none).has_value()) << none;
  }
}

TEST(Axes, ConnectionsAreOpenForEachWorkerUnlessTheyAreLimited) {
  EXPECT_EQ(ConnectionAxis::per_file().most_open(10), 10);
  EXPECT_EQ(ConnectionAxis::per_worker().most_open(10), 10);
  EXPECT_EQ(ConnectionAxis::pool(4).most_open(10), 4);
  EXPECT_EQ(ConnectionAxis::shared().most_open(10), 1);
}

/// Whether the value that `axes` has on this axis is one of those needed.
bool meets(const AxisNeed& need, const Axes& axes) {
  bool met = false;
  for_each_axis([&](const auto& axis) {
    if (axis.name != need.axis) return;
    for (const std::string_view value : need.values) {
      met = met || axes.*axis.member == parse_axis(axis, value).value();
    }
  });
  return met;
}

/// What may be combined, written down a second time.
bool makes_sense(const Axes& axes) {
  const bool shared = axes.connection == ConnectionAxis::shared();
  const bool queued = axes.queue != QueueAxis::sqlite;
  if (axes.commit.is_group()) return shared && !queued && axes.begin == BeginAxis::immediate;
  return (!shared || queued) && (axes.commit == CommitAxis::each() || shared);
}

TEST(Axes, ContradictionsAreFoundAndEndWhereTheirNeedsAreMet) {
  for (const Axes& axes : every_point()) {
    const std::optional<Contradiction> found = contradiction(axes);
    ASSERT_EQ(found.has_value(), !makes_sense(axes))
        << axis_name(axes.connection) << " " << axis_name(axes.begin) << " "
        << axis_name(axes.queue) << " " << axis_name(axes.commit);
    if (!found) continue;
    EXPECT_FALSE(found->reason.empty());
    bool unmet = false;
    for (const AxisNeed& need : found->needs) {
      unmet = unmet || !meets(need, axes);
    }
    EXPECT_TRUE(unmet) << "asks for what is there";
  }
}

}  // namespace
}  // namespace walbench::storage
