// Silent bugs these tests would catch: a strategy whose name means other axes than the design says;
// a description that hides an override; a recommendation that could name one with a risk to data; a
// table with an empty cell where a cost or a risk belongs.

#include "storage/strategies.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace walbench::storage {
namespace {

const std::map<std::string_view, Axes> points = {
    {"per-file", {}},
    {"reduced-guards", {.guard = GuardAxis::version}},
    {"select-guard", {.guard = GuardAxis::select}},
    {"begin-immediate", {.begin = BeginAxis::immediate}},
    {"constant-retry",
     {.connection = ConnectionAxis::per_worker(),
      .busy_handler = BusyHandlerAxis::constant(std::chrono::milliseconds(1))}},
    {"writer-thread",
     {.connection = ConnectionAxis::shared(),
      .begin = BeginAxis::immediate,
      .commit = CommitAxis::group(1)}},
    {"pooled-connection", {.connection = ConnectionAxis::per_worker()}},
    {"shared-connection", {.connection = ConnectionAxis::shared(), .queue = QueueAxis::mutex}},
    {"fair-queue",
     {.connection = ConnectionAxis::per_worker(),
      .begin = BeginAxis::immediate,
      .queue = QueueAxis::fifo}},
    {"group-commit",
     {.connection = ConnectionAxis::shared(),
      .begin = BeginAxis::immediate,
      .commit = CommitAxis::group()}},
    {"batch",
     {.connection = ConnectionAxis::shared(),
      .queue = QueueAxis::mutex,
      .commit = CommitAxis::batch(10)}},
};

TEST(Strategies, AreThePointsTheDesignNames) {
  EXPECT_EQ(kStrategies.size(), points.size());
  EXPECT_EQ(kStrategies.front().name, "per-file") << "the baseline comes first";
  for (const auto& [name, axes] : points) {
    ASSERT_TRUE(find_strategy(name).has_value()) << name;
    EXPECT_EQ(find_strategy(name)->axes, axes) << name;
    EXPECT_FALSE(contradiction(axes).has_value()) << name;
  }
  for (const char* const name : {"", "per_file", "per-fil", "per-file ", "PER-FILE", "batch:10"}) {
    EXPECT_FALSE(find_strategy(name).has_value()) << name;
  }
}

TEST(Strategies, EverythingIsSaidOfEachInASingleLine) {
  for (const Strategy& each : kStrategies) {
    for (const std::string_view words :
         {each.name, each.summary, each.description, each.cost, each.risk}) {
      EXPECT_FALSE(words.empty()) << each.name;
      EXPECT_EQ(words.find('\n'), std::string_view::npos) << words;
      EXPECT_EQ(words.find("  "), std::string_view::npos) << words;
      EXPECT_FALSE(words.starts_with(' ') || words.ends_with(' ')) << words;
    }
  }
}

TEST(Strategies, ComeFromTheSimplestToTheMostInvolved) {
  const auto effort_and_name = [](const Strategy& each) {
    return std::pair(each.effort, each.name);
  };
  EXPECT_TRUE(std::ranges::is_sorted(kStrategies, {}, effort_and_name)) << "as report sorts them";
  EXPECT_EQ(std::ranges::count(kStrategies, 0, &Strategy::effort), 1) << "the baseline's";
}

TEST(Strategies, NoneWithARiskToDataIsRecommended) {
  for (const Strategy& each : kStrategies) {
    const bool risky = each.name == "batch" || each.name == "select-guard";
    const bool baseline = each.effort == 0;
    EXPECT_EQ(each.recommendable, !risky && !baseline) << each.name;
    EXPECT_EQ(each.risk.starts_with("none to data"), !risky) << each.name << ": " << each.risk;
    const std::int64_t batch = each.axes.commit.batch_size();
    if (batch == 1) continue;
    EXPECT_THAT(each.risk, testing::HasSubstr("up to " + std::to_string(batch - 1)));
    EXPECT_THAT(each.description, testing::HasSubstr(std::to_string(batch)));
    EXPECT_THAT(each.summary, testing::HasSubstr(std::to_string(batch)));
  }
}

TEST(Strategies, TheCostOfAGuardIsShownBesideReadThenWrite) {
  for (const Strategy& each : kStrategies) {
    EXPECT_EQ(each.companion, each.name == "reduced-guards" ? "select-guard" : "") << each.name;
  }
}

TEST(Strategies, ExactlyNamedAxesGetTheirNameWhateverTheBase) {
  for (const Strategy& base : kStrategies) {
    for (const Strategy& strategy : kStrategies) {
      EXPECT_EQ(describe_strategy(base.name, strategy.axes), strategy.name);
    }
  }
}

TEST(Strategies, OverridesAreNamedAfterTheBase) {
  const auto described = [](std::string_view base, auto... change) {
    Axes axes = find_strategy(base)->axes;
    (change(axes), ...);
    return describe_strategy(base, axes);
  };
  const auto fifo = [](Axes& axes) { axes.queue = QueueAxis::fifo; };
  const auto immediate = [](Axes& axes) { axes.begin = BeginAxis::immediate; };
  const auto version = [](Axes& axes) { axes.guard = GuardAxis::version; };
  const auto each = [](Axes& axes) { axes.commit = CommitAxis::each(); };
  const auto twenty = [](Axes& axes) { axes.commit = CommitAxis::batch(20); };
  const auto pooled = [](Axes& axes) { axes.connection = ConnectionAxis::per_worker(); };
  EXPECT_EQ(described("per-file", immediate, fifo), "per-file+begin-immediate+queue-fifo");
  EXPECT_EQ(described("pooled-connection", version), "pooled-connection+guard-version");
  EXPECT_EQ(described("shared-connection", pooled), "shared-connection+connection-per-worker");
  EXPECT_EQ(described("shared-connection", fifo, twenty), "shared-connection+queue-fifo+batch-20");
  EXPECT_EQ(described("batch", twenty), "batch+batch-20");
  EXPECT_EQ(described("batch", fifo, each), "batch+queue-fifo+commit-each");
  EXPECT_EQ(described("group-commit", version), "group-commit+guard-version");
  EXPECT_EQ(described("group-commit", fifo, each), "group-commit+queue-fifo+commit-each");
  EXPECT_EQ(described("per-file", immediate, [](Axes& axes) { axes.commit = CommitAxis::group(); }),
            "per-file+begin-immediate+commit-group");
}

TEST(Strategies, EveryPointHasADescriptionOfItsOwn) {
  std::set<std::string> names;
  std::size_t count = 0;
  for (const auto& connection : kConnectionValues) {
    for (const auto& begin : kBeginValues) {
      for (const auto& guard : kGuardValues) {
        for (const auto& queue : kQueueValues) {
          for (const CommitAxis commit :
               {CommitAxis::each(), CommitAxis::batch(10), CommitAxis::batch(11),
                CommitAxis::group(), CommitAxis::group(7)}) {
            for (const auto& busy : kBusyHandlerValues) {
              names.insert(describe_strategy(
                  "per-file",
                  {connection.value, begin.value, guard.value, queue.value, commit, busy.value}));
              ++count;
            }
          }
        }
      }
    }
  }
  EXPECT_EQ(names.size(), count);
}

TEST(Strategies, KindsHaveTheNamesOfTheDesign) {
  EXPECT_EQ(change_kind_name(ChangeKind::setting), "setting");
  EXPECT_EQ(change_kind_name(ChangeKind::pool), "pool");
  EXPECT_EQ(change_kind_name(ChangeKind::code), "code");
  EXPECT_EQ(change_kind_name(ChangeKind::architecture), "architecture");
}

}  // namespace
}  // namespace walbench::storage
