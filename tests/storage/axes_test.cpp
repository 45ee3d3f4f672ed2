// Silent bugs these tests would catch: a strategy whose name means other axes than the design says,
// so that results are filed under the wrong name; a description that hides an override; axes that
// would mix the transactions of two lifecycles and are let through.

#include "storage/axes.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace walbench::storage {
namespace {

TEST(Axes, NamedStrategiesAreThePointsTheDesignNames) {
  EXPECT_EQ(kStrategies.front().name, "per-file") << "the baseline comes first";
  EXPECT_EQ(find_strategy("per-file")->axes, (Axes{ConnectionAxis::per_file, BeginAxis::deferred,
                                                   GuardAxis::where, QueueAxis::sqlite}));
  EXPECT_EQ(
      find_strategy("pooled-connection")->axes,
      (Axes{ConnectionAxis::per_worker, BeginAxis::deferred, GuardAxis::where, QueueAxis::sqlite}));
  EXPECT_EQ(
      find_strategy("shared-connection")->axes,
      (Axes{ConnectionAxis::shared, BeginAxis::deferred, GuardAxis::where, QueueAxis::mutex}));
  EXPECT_EQ(
      find_strategy("reduced-guards")->axes,
      (Axes{ConnectionAxis::per_file, BeginAxis::deferred, GuardAxis::version, QueueAxis::sqlite}));
  EXPECT_EQ(find_strategy("batch")->axes, (Axes{ConnectionAxis::shared, BeginAxis::deferred,
                                                GuardAxis::where, QueueAxis::mutex, 10}));
  EXPECT_EQ(
      find_strategy("fair-queue")->axes,
      (Axes{ConnectionAxis::per_worker, BeginAxis::immediate, GuardAxis::where, QueueAxis::fifo}));
  EXPECT_EQ(find_strategy("group-commit")->axes,
            (Axes{ConnectionAxis::shared, BeginAxis::immediate, GuardAxis::where, QueueAxis::sqlite,
                  1, true}));
}

TEST(Axes, OnlyGroupCommitCommitsInGroups) {
  for (const Strategy& strategy : kStrategies) {
    EXPECT_EQ(strategy.axes.group, strategy.name == "group-commit") << strategy.name;
  }
}

TEST(Axes, OnlyTheBatchAcknowledgesBeforeItIsDurable) {
  for (const Strategy& strategy : kStrategies) {
    EXPECT_EQ(strategy.axes.batch, strategy.name == "batch" ? 10 : 1) << strategy.name;
  }
}

TEST(Axes, UnknownStrategiesAreNotFound) {
  for (const char* const name : {"", "per_file", "per-fil", "per-file ", "PER-FILE", "batch:10"}) {
    EXPECT_FALSE(find_strategy(name).has_value()) << name;
  }
}

TEST(Axes, NoNamedStrategyContradictsItself) {
  for (const Strategy& strategy : kStrategies) {
    EXPECT_FALSE(contradiction(strategy.axes).has_value()) << strategy.name;
  }
}

TEST(Axes, OnlyASharedConnectionWithoutAQueueIsAContradiction) {
  for (const auto connection :
       {ConnectionAxis::per_file, ConnectionAxis::per_worker, ConnectionAxis::shared}) {
    for (const auto queue : {QueueAxis::sqlite, QueueAxis::mutex, QueueAxis::fifo}) {
      const Axes axes{connection, BeginAxis::immediate, GuardAxis::select, queue};
      const bool expected = connection == ConnectionAxis::shared && queue == QueueAxis::sqlite;
      const std::optional<std::string> why = contradiction(axes);
      EXPECT_EQ(why.has_value(), expected) << axis_name(connection) << " " << axis_name(queue);
      if (why) {
        EXPECT_NE(why->find("--queue"), std::string::npos) << "no remedy: " << *why;
      }
    }
  }
}

TEST(Axes, ABatchNeedsASharedConnection) {
  for (const auto connection :
       {ConnectionAxis::per_file, ConnectionAxis::per_worker, ConnectionAxis::shared}) {
    for (const auto queue : {QueueAxis::mutex, QueueAxis::fifo}) {
      for (const std::int64_t batch : {1, 2, 10, 1'000'000}) {
        const Axes axes{.connection = connection, .queue = queue, .batch = batch};
        const std::optional<std::string> why = contradiction(axes);
        EXPECT_EQ(why.has_value(), batch > 1 && connection != ConnectionAxis::shared)
            << axis_name(connection) << " " << batch;
        if (why) {
          EXPECT_NE(why->find("--connection shared"), std::string::npos) << "no remedy: " << *why;
        }
      }
    }
  }
}

TEST(Axes, ABatchOnASharedConnectionStillNeedsAQueue) {
  const std::optional<std::string> why =
      contradiction({.connection = ConnectionAxis::shared, .batch = 10});
  ASSERT_TRUE(why.has_value());
  EXPECT_NE(why->find("--queue"), std::string::npos) << *why;
}

TEST(Axes, GroupCommitNeedsASharedConnectionAnImmediateBeginAndNoQueue) {
  for (const auto connection :
       {ConnectionAxis::per_file, ConnectionAxis::per_worker, ConnectionAxis::shared}) {
    for (const auto begin : {BeginAxis::deferred, BeginAxis::immediate}) {
      for (const auto guard : {GuardAxis::where, GuardAxis::version, GuardAxis::select}) {
        for (const auto queue : {QueueAxis::sqlite, QueueAxis::mutex, QueueAxis::fifo}) {
          const Axes axes{connection, begin, guard, queue, 1, true};
          const bool fits = connection == ConnectionAxis::shared && begin == BeginAxis::immediate &&
                            queue == QueueAxis::sqlite;
          const std::optional<std::string> why = contradiction(axes);
          EXPECT_EQ(why.has_value(), !fits)
              << axis_name(connection) << " " << axis_name(begin) << " " << axis_name(queue);
          if (!why) continue;
          for (const char* const remedy :
               {"--connection shared", "--begin immediate", "--queue sqlite"}) {
            EXPECT_NE(why->find(remedy), std::string::npos) << "no remedy: " << *why;
          }
        }
      }
    }
  }
}

TEST(Axes, ExactlyNamedAxesGetTheirNameWhateverTheBase) {
  for (const Strategy& base : kStrategies) {
    for (const Strategy& strategy : kStrategies) {
      EXPECT_EQ(describe_strategy(base.name, strategy.axes), strategy.name);
    }
  }
}

TEST(Axes, OverridesAreNamedAfterTheBase) {
  EXPECT_EQ(
      describe_strategy("per-file", {.begin = BeginAxis::immediate, .queue = QueueAxis::fifo}),
      "per-file+begin-immediate+queue-fifo");
  EXPECT_EQ(describe_strategy("pooled-connection", {.connection = ConnectionAxis::per_worker,
                                                    .guard = GuardAxis::version}),
            "pooled-connection+guard-version");
  EXPECT_EQ(describe_strategy("shared-connection",
                              {.connection = ConnectionAxis::shared, .queue = QueueAxis::fifo}),
            "shared-connection+queue-fifo");
  EXPECT_EQ(describe_strategy("shared-connection", {.connection = ConnectionAxis::per_worker,
                                                    .queue = QueueAxis::mutex}),
            "shared-connection+connection-per-worker");
}

TEST(Axes, ABatchIsNamedWithItsSize) {
  const Axes twenty{.connection = ConnectionAxis::shared, .queue = QueueAxis::mutex, .batch = 20};
  EXPECT_EQ(describe_strategy("batch", twenty), "batch+batch-20");
  EXPECT_EQ(describe_strategy("shared-connection", twenty), "shared-connection+batch-20");
  Axes fair = twenty;
  fair.batch = 10;
  fair.queue = QueueAxis::fifo;
  EXPECT_EQ(describe_strategy("batch", fair), "batch+queue-fifo");
  EXPECT_EQ(describe_strategy("shared-connection", fair), "shared-connection+queue-fifo+batch-10");
  fair.batch = 1;
  EXPECT_EQ(describe_strategy("batch", fair), "batch+queue-fifo+batch-1");
}

TEST(Axes, AGroupIsNamedAfterTheBase) {
  Axes axes = find_strategy("group-commit")->axes;
  axes.guard = GuardAxis::version;
  EXPECT_EQ(describe_strategy("group-commit", axes), "group-commit+guard-version");
  EXPECT_EQ(describe_strategy("per-file", axes),
            "per-file+connection-shared+begin-immediate+guard-version+commit-group");
  axes.group = false;
  axes.queue = QueueAxis::fifo;
  EXPECT_EQ(describe_strategy("group-commit", axes),
            "group-commit+guard-version+queue-fifo+commit-each");
}

TEST(Axes, EveryPointHasADescriptionOfItsOwn) {
  std::set<std::string> names;
  std::size_t points = 0;
  for (const auto connection :
       {ConnectionAxis::per_file, ConnectionAxis::per_worker, ConnectionAxis::shared}) {
    for (const auto begin : {BeginAxis::deferred, BeginAxis::immediate}) {
      for (const auto guard : {GuardAxis::where, GuardAxis::version, GuardAxis::select}) {
        for (const auto queue : {QueueAxis::sqlite, QueueAxis::mutex, QueueAxis::fifo}) {
          for (const std::int64_t batch : {1, 10, 11}) {
            for (const bool group : {false, true}) {
              names.insert(
                  describe_strategy("per-file", {connection, begin, guard, queue, batch, group}));
              ++points;
            }
          }
        }
      }
    }
  }
  EXPECT_EQ(names.size(), points);
}

TEST(Axes, ValuesAreNamedAsOnTheCommandLine) {
  EXPECT_EQ(axis_name(ConnectionAxis::per_file), "per-file");
  EXPECT_EQ(axis_name(ConnectionAxis::per_worker), "per-worker");
  EXPECT_EQ(axis_name(ConnectionAxis::shared), "shared");
  EXPECT_EQ(axis_name(BeginAxis::deferred), "deferred");
  EXPECT_EQ(axis_name(BeginAxis::immediate), "immediate");
  EXPECT_EQ(axis_name(GuardAxis::where), "where");
  EXPECT_EQ(axis_name(GuardAxis::version), "version");
  EXPECT_EQ(axis_name(GuardAxis::select), "select");
  EXPECT_EQ(axis_name(QueueAxis::sqlite), "sqlite");
  EXPECT_EQ(axis_name(QueueAxis::mutex), "mutex");
  EXPECT_EQ(axis_name(QueueAxis::fifo), "fifo");
  EXPECT_EQ(commit_name({}), "each");
  EXPECT_EQ(commit_name({.batch = 2}), "batch:2");
  EXPECT_EQ(commit_name({.batch = 10}), "batch:10");
  EXPECT_EQ(commit_name({.group = true}), "group");
}

}  // namespace
}  // namespace walbench::storage
