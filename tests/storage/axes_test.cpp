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
                                                   GuardAxis::where, GateAxis::sqlite}));
  EXPECT_EQ(
      find_strategy("pooled-connection")->axes,
      (Axes{ConnectionAxis::per_worker, BeginAxis::deferred, GuardAxis::where, GateAxis::sqlite}));
  EXPECT_EQ(find_strategy("shared-connection")->axes,
            (Axes{ConnectionAxis::shared, BeginAxis::deferred, GuardAxis::where, GateAxis::mutex}));
  EXPECT_EQ(
      find_strategy("reduced-guards")->axes,
      (Axes{ConnectionAxis::per_file, BeginAxis::deferred, GuardAxis::version, GateAxis::sqlite}));
  EXPECT_EQ(find_strategy("batch")->axes, (Axes{ConnectionAxis::shared, BeginAxis::deferred,
                                                GuardAxis::where, GateAxis::mutex, 10}));
  EXPECT_EQ(
      find_strategy("fair-gate")->axes,
      (Axes{ConnectionAxis::per_worker, BeginAxis::immediate, GuardAxis::where, GateAxis::fifo}));
  EXPECT_EQ(find_strategy("group-commit")->axes,
            (Axes{ConnectionAxis::shared, BeginAxis::immediate, GuardAxis::where, GateAxis::sqlite,
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

TEST(Axes, OnlyASharedConnectionWithoutAGateIsAContradiction) {
  for (const auto connection :
       {ConnectionAxis::per_file, ConnectionAxis::per_worker, ConnectionAxis::shared}) {
    for (const auto gate : {GateAxis::sqlite, GateAxis::mutex, GateAxis::fifo}) {
      const Axes axes{connection, BeginAxis::immediate, GuardAxis::select, gate};
      const bool expected = connection == ConnectionAxis::shared && gate == GateAxis::sqlite;
      const std::optional<std::string> why = contradiction(axes);
      EXPECT_EQ(why.has_value(), expected) << axis_name(connection) << " " << axis_name(gate);
      if (why) {
        EXPECT_NE(why->find("--gate"), std::string::npos) << "no remedy: " << *why;
      }
    }
  }
}

TEST(Axes, ABatchNeedsASharedConnection) {
  for (const auto connection :
       {ConnectionAxis::per_file, ConnectionAxis::per_worker, ConnectionAxis::shared}) {
    for (const auto gate : {GateAxis::mutex, GateAxis::fifo}) {
      for (const std::int64_t batch : {1, 2, 10, 1'000'000}) {
        const Axes axes{.connection = connection, .gate = gate, .batch = batch};
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

TEST(Axes, ABatchOnASharedConnectionStillNeedsAGate) {
  const std::optional<std::string> why =
      contradiction({.connection = ConnectionAxis::shared, .batch = 10});
  ASSERT_TRUE(why.has_value());
  EXPECT_NE(why->find("--gate"), std::string::npos) << *why;
}

TEST(Axes, GroupCommitNeedsASharedConnectionAnImmediateBeginAndNoGate) {
  for (const auto connection :
       {ConnectionAxis::per_file, ConnectionAxis::per_worker, ConnectionAxis::shared}) {
    for (const auto begin : {BeginAxis::deferred, BeginAxis::immediate}) {
      for (const auto guard : {GuardAxis::where, GuardAxis::version, GuardAxis::select}) {
        for (const auto gate : {GateAxis::sqlite, GateAxis::mutex, GateAxis::fifo}) {
          const Axes axes{connection, begin, guard, gate, 1, true};
          const bool fits = connection == ConnectionAxis::shared && begin == BeginAxis::immediate &&
                            gate == GateAxis::sqlite;
          const std::optional<std::string> why = contradiction(axes);
          EXPECT_EQ(why.has_value(), !fits)
              << axis_name(connection) << " " << axis_name(begin) << " " << axis_name(gate);
          if (!why) continue;
          for (const char* const remedy :
               {"--connection shared", "--begin immediate", "--gate sqlite"}) {
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
  EXPECT_EQ(describe_strategy("per-file", {.begin = BeginAxis::immediate, .gate = GateAxis::fifo}),
            "per-file+begin-immediate+gate-fifo");
  EXPECT_EQ(describe_strategy("pooled-connection", {.connection = ConnectionAxis::per_worker,
                                                    .guard = GuardAxis::version}),
            "pooled-connection+guard-version");
  EXPECT_EQ(describe_strategy("shared-connection",
                              {.connection = ConnectionAxis::shared, .gate = GateAxis::fifo}),
            "shared-connection+gate-fifo");
  EXPECT_EQ(describe_strategy("shared-connection",
                              {.connection = ConnectionAxis::per_worker, .gate = GateAxis::mutex}),
            "shared-connection+connection-per-worker");
}

TEST(Axes, ABatchIsNamedWithItsSize) {
  const Axes twenty{.connection = ConnectionAxis::shared, .gate = GateAxis::mutex, .batch = 20};
  EXPECT_EQ(describe_strategy("batch", twenty), "batch+batch-20");
  EXPECT_EQ(describe_strategy("shared-connection", twenty), "shared-connection+batch-20");
  Axes fair = twenty;
  fair.batch = 10;
  fair.gate = GateAxis::fifo;
  EXPECT_EQ(describe_strategy("batch", fair), "batch+gate-fifo");
  EXPECT_EQ(describe_strategy("shared-connection", fair), "shared-connection+gate-fifo+batch-10");
  fair.batch = 1;
  EXPECT_EQ(describe_strategy("batch", fair), "batch+gate-fifo+batch-1");
}

TEST(Axes, AGroupIsNamedAfterTheBase) {
  Axes axes = find_strategy("group-commit")->axes;
  axes.guard = GuardAxis::version;
  EXPECT_EQ(describe_strategy("group-commit", axes), "group-commit+guard-version");
  EXPECT_EQ(describe_strategy("per-file", axes),
            "per-file+connection-shared+begin-immediate+guard-version+commit-group");
  axes.group = false;
  axes.gate = GateAxis::fifo;
  EXPECT_EQ(describe_strategy("group-commit", axes),
            "group-commit+guard-version+gate-fifo+commit-each");
}

TEST(Axes, EveryPointHasADescriptionOfItsOwn) {
  std::set<std::string> names;
  std::size_t points = 0;
  for (const auto connection :
       {ConnectionAxis::per_file, ConnectionAxis::per_worker, ConnectionAxis::shared}) {
    for (const auto begin : {BeginAxis::deferred, BeginAxis::immediate}) {
      for (const auto guard : {GuardAxis::where, GuardAxis::version, GuardAxis::select}) {
        for (const auto gate : {GateAxis::sqlite, GateAxis::mutex, GateAxis::fifo}) {
          for (const std::int64_t batch : {1, 10, 11}) {
            for (const bool group : {false, true}) {
              names.insert(
                  describe_strategy("per-file", {connection, begin, guard, gate, batch, group}));
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
  EXPECT_EQ(axis_name(GateAxis::sqlite), "sqlite");
  EXPECT_EQ(axis_name(GateAxis::mutex), "mutex");
  EXPECT_EQ(axis_name(GateAxis::fifo), "fifo");
  EXPECT_EQ(commit_name({}), "each");
  EXPECT_EQ(commit_name({.batch = 2}), "batch:2");
  EXPECT_EQ(commit_name({.batch = 10}), "batch:10");
  EXPECT_EQ(commit_name({.group = true}), "group");
}

}  // namespace
}  // namespace walbench::storage
