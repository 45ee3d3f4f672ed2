// Silent bugs these tests would catch: a rate in another unit than it says, or of one repeat
// divided by the time of all; a segment looked up by its place instead of its name.

#include "metrics/result/configuration_result.hpp"

#include <gtest/gtest.h>

#include "tests/support/example_results.hpp"

namespace walbench::metrics {
namespace {

TEST(ConfigurationResult, RatesCountFilesTimesTransitionsAndCommits) {
  ConfigurationResult result;
  result.planned.files = 818;
  result.planned.transitions_per_file = 4;
  result.commits = 2454;
  result.elapsed_ns = 2'000'000'000;
  EXPECT_DOUBLE_EQ(result.elapsed_seconds(), 2);
  EXPECT_DOUBLE_EQ(result.transitions_per_second(), 3272 / 2.0);
  EXPECT_DOUBLE_EQ(result.commits_per_second(), 2454 / 2.0);
}

// Both are within what a .hgrm file may say about itself.
TEST(ConfigurationResult, RatesOfHugeRunsDoNotOverflow) {
  ConfigurationResult result;
  result.planned.files = 1'000'000'000'000'000;
  result.planned.transitions_per_file = 1'000'000;
  result.commits = 1'000'000'000'000'000;
  result.elapsed_ns = 1'000'000'000;
  EXPECT_DOUBLE_EQ(result.transitions_per_second(), 1e21);
  EXPECT_DOUBLE_EQ(result.commits_per_second(), 1e15);
}

// Commits are summed up already; files are those of one repeat.
TEST(ConfigurationResult, RatesOfAPooledOneCountItsRepeats) {
  ConfigurationResult result;
  result.planned.files = 100;
  result.planned.transitions_per_file = 4;
  result.repeats = 5;
  result.commits = 1500;
  result.elapsed_ns = 10'000'000'000;
  EXPECT_DOUBLE_EQ(result.transitions_per_second(), 200);
  EXPECT_DOUBLE_EQ(result.commits_per_second(), 150);
}

TEST(ConfigurationResult, WithoutGroupsTheirMeanIsNotDividedByNone) {
  EXPECT_EQ(GroupsCommitted().size_mean(), 0);
  EXPECT_DOUBLE_EQ((GroupsCommitted{.groups = 4, .writes = 10}).size_mean(), 2.5);
}

TEST(ConfigurationResult, FindsSegmentsByName) {
  ConfigurationResult result;
  EXPECT_EQ(result.find(Segment::fsm_net), nullptr);
  result.main.segments.push_back({Segment::connect, Histogram()});
  result.main.segments.push_back({Segment::commit, Histogram()});
  EXPECT_EQ(result.find(Segment::connect), &result.main.segments[0].histogram);
  EXPECT_EQ(result.find(Segment::commit), &result.main.segments[1].histogram);
  EXPECT_EQ(result.find(Segment::fsm_net), nullptr);
}

}  // namespace
}  // namespace walbench::metrics
