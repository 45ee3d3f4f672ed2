// Silent bugs these tests would catch: a share of the ceiling in another unit than the ceiling; a
// group's size that is another group's; a configuration that has neither and is told to have both;
// a checkpointer that nobody hears of.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tools/document/result_tables.hpp"
#include "tools/document/study_tables.hpp"

namespace walbench::tools {
namespace {

using metrics::ConfigurationResult;
using testing::HasSubstr;
using testing::Not;

/// 3,000 writes in half a second: 6,000 a second.
ConfigurationResult example() {
  ConfigurationResult result;
  result.planned.threads = 50;
  result.planned.profile = "zero";
  result.planned.strategy = "group-commit";
  result.planned.files = 1000;
  result.planned.transitions_per_file = 4;
  result.planned.checkpoint_every_frames = 1000;
  result.elapsed_ns = 500'000'000;
  result.writes = 3000;
  result.commits = 60;
  return result;
}

TEST(GroupTables, GroupsAreToldWhereThereWereSome) {
  ConfigurationResult result = example();
  EXPECT_THAT(render_configuration(result), Not(HasSubstr("groups")));
  result.groups = {.groups = 1250, .writes = 3000, .size_p50 = 2, .size_max = 50};
  EXPECT_THAT(render_configuration(result),
              HasSubstr("\n  1,250 groups of 2.4 writes on average, P50 2, 50 at most\n"));
}

TEST(GroupTables, TheCeilingIsToldWithWhatItIsOf) {
  ConfigurationResult result = example();
  EXPECT_THAT(render_configuration(result), Not(HasSubstr("ceiling")));
  result.ceiling = {.group_size = 1024, .checkpoint = "auto", .writes_per_second = 8000};
  EXPECT_THAT(render_configuration(result),
              HasSubstr("\n  0.75 of the ceiling: 6,000 writes/s of 8,000 that one thread writes "
                        "raw, 1,024 in a transaction\n"));
  result.ceiling->group_size = 1;
  EXPECT_THAT(render_configuration(result), HasSubstr("writes raw, one in a transaction\n"));
}

/// The line's cell before the verdict's.
std::string cell_before_last(const std::string& line) {
  const std::size_t last = line.find_last_of(' ');
  const std::size_t end = line.find_last_not_of(' ', last) + 1;
  const std::size_t begin = line.find_last_of(' ', end - 1) + 1;
  return line.substr(begin, end - begin);
}

TEST(GroupTables, TheOverviewHasTheShareOfEach) {
  ConfigurationResult held_against = example();
  held_against.ceiling = {.group_size = 50, .checkpoint = "auto", .writes_per_second = 8000};
  ConfigurationResult above = example();
  above.ceiling = {.group_size = 50, .checkpoint = "auto", .writes_per_second = 5000};
  const std::string text = render_overview({held_against, above, example()});
  EXPECT_THAT(text, HasSubstr("  of ceiling  verdict\n"));
  std::vector<std::string> shares;
  for (std::size_t begin = text.find('\n') + 1; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    shares.push_back(cell_before_last(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  EXPECT_EQ(shares, (std::vector<std::string>{"0.75", "1.20", "-"}));
}

TEST(GroupTables, TheRankingHasTheShareOfTheMitigatedSide) {
  metrics::MitigationResult result;
  result.info.name = "group-commit";
  for (metrics::RepeatedResult* const side : {&result.baseline, &result.mitigation}) {
    side->pooled = example();
    side->repeats = {{500'000'000, {}}};
  }
  result.baseline.pooled.ceiling = {.group_size = 1, .checkpoint = "auto", .writes_per_second = 1};
  EXPECT_THAT(render_mitigations({result}),
              HasSubstr("\ngroup-commit          0.0 %           - "));
  result.mitigation.pooled.ceiling = {
      .group_size = 50, .checkpoint = "background", .writes_per_second = 8000};
  const std::string text = render_mitigations({result});
  EXPECT_THAT(text, HasSubstr("\nranking       transitions/s  of ceiling  lock P95 "));
  EXPECT_THAT(text, HasSubstr("\ngroup-commit          0.0 %        0.75 "));
}

TEST(GroupTables, TheCeilingIsATableOfItsOwn) {
  EXPECT_EQ(render_ceiling({}), "");
  EXPECT_EQ(render_ceiling({{1, "auto", 40'123.6}, {256, "background", 201'000}}),
            "ceiling: one thread, raw  checkpoint  writes/s\n"
            "1 in a transaction              auto    40,124\n"
            "256 in a transaction      background   201,000\n\n");
}

TEST(GroupTables, WhoCheckpointsIsSaid) {
  ConfigurationResult result = example();
  EXPECT_THAT(render_configuration(result), HasSubstr(", checkpoint auto every 1000 frames, API"));
  result.planned.checkpoint = "background";
  result.planned.wal_cap_frames = 8000;
  EXPECT_THAT(render_configuration(result),
              HasSubstr(", checkpoint background every 1000 frames, cap 8000, API"));
  result.planned.checkpoint = "off";
  EXPECT_THAT(render_configuration(result), HasSubstr(", checkpoint off, API"));
}

TEST(GroupTables, CheckpointsThatACommitHadToMakeAreSaid) {
  ConfigurationResult result = example();
  result.wal.checkpoints = 40;
  EXPECT_THAT(render_configuration(result), HasSubstr("\n  40 checkpoints took "));
  result.wal.checkpoints_capped = 3;
  EXPECT_THAT(
      render_configuration(result),
      HasSubstr("\n  40 checkpoints, 3 of them by a commit at the WAL's cap took 0.000 ms in all"));
}

}  // namespace
}  // namespace walbench::tools
