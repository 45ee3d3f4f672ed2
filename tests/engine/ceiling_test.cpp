// Silent bugs these tests would catch: a configuration held against the ceiling of another group
// size or of another way to checkpoint; one round that happened to be slow taken for the ceiling;
// points measured one after the other, so that a machine that slows down meanwhile favours the
// first.

#include "engine/ceiling.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "storage/sqlite/sqlite.hpp"
#include "storage/strategies.hpp"
#include "tests/support/fake_database.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/measured_study.hpp"
#include "tests/support/refusal.hpp"

namespace walbench::engine {
namespace {

using metrics::CeilingPoint;
using storage::CheckpointMode;
using test_support::FakeBehaviour;
using test_support::FakeDatabase;
using test_support::ManualClock;
using testing::ElementsAre;
using testing::IsEmpty;

using Lines = std::vector<std::string>;
using Sizes = std::vector<std::int64_t>;

constexpr int kRounds = 3;
/// So many files that one pass over them is a round.
constexpr std::int64_t kManyFiles = 20'000;

ConfigurationPlan configuration(std::int64_t threads, const std::string& strategy) {
  ConfigurationPlan plan;
  plan.threads = threads;
  plan.files = kManyFiles;
  plan.strategy = strategy;
  plan.axes = storage::find_strategy(strategy)->axes;
  return plan;
}

ConfigurationPlan in_background(ConfigurationPlan plan) {
  plan.settings.checkpoint.mode = CheckpointMode::background;
  return plan;
}

class Ceiling : public testing::Test {
 protected:
  RunContext context() {
    RunContext context{};
    context.open_database = [this](const ConfigurationPlan& plan) {
      opened_files_.push_back(plan.files);
      behaviour_.script.add("open database, checkpoint " +
                            storage::checkpoint_name(plan.settings.checkpoint));
      return std::make_unique<FakeDatabase>(behaviour_);
    };
    context.clock = &clock_;
    context.observer = &observer_;
    context.stop = stop_.get_token();
    return test_support::fake_verified(std::move(context), behaviour_);
  }
  std::vector<CeilingPoint> measure() {
    const RunContext with = context();
    Ceilings ceilings(plan_, with);
    ceilings.measure_all();
    return ceilings.points();
  }

  /// The group sizes of the points, in their order.
  Sizes sizes() {
    Sizes sizes;
    for (const CeilingPoint& point : measure()) {
      sizes.push_back(point.group_size);
    }
    return sizes;
  }
  std::string failure() {
    return test_support::refusal_of<RunFailed>([this] { return measure(); });
  }
  std::int64_t raw_writes() const {
    return std::ranges::count_if(behaviour_.script.lines(), [](const std::string& line) {
      return line.starts_with("write raw ");
    });
  }

  ManualClock clock_;
  FakeBehaviour behaviour_;
  test_support::RecordingObserver observer_;
  std::stop_source stop_;
  RunPlan plan_;
  std::vector<std::int64_t> opened_files_;  ///< how many files the databases were opened for
};

TEST_F(Ceiling, IsMeasuredForOneForWhatIsInFlightAndForTheReference) {
  plan_.configurations = {configuration(10, "per-file")};
  EXPECT_THAT(sizes(), ElementsAre(1, 10, 256));
}

TEST_F(Ceiling, EachPointIsMeasuredOnceWhoeverNeedsIt) {
  plan_.configurations = {configuration(1, "per-file"), configuration(10, "per-file"),
                          configuration(10, "group-commit"), configuration(50, "group-commit")};
  EXPECT_THAT(sizes(), ElementsAre(1, 256, 10, 50));
}

TEST_F(Ceiling, ABatchHasItsOwnPoint) {
  plan_.configurations = {configuration(50, "batch")};
  EXPECT_THAT(sizes(), ElementsAre(1, 50, 10, 256));
}

TEST_F(Ceiling, MitigationsAreMeasuredToo) {
  plan_.configurations = {configuration(10, "per-file")};
  plan_.mitigations = {{{}, configuration(20, "per-file"), configuration(30, "group-commit"), 5}};
  EXPECT_THAT(sizes(), ElementsAre(1, 10, 256, 20, 30));
}

TEST_F(Ceiling, EachWayOfCheckpointingHasItsOwnPoints) {
  plan_.configurations = {configuration(10, "per-file"),
                          in_background(configuration(10, "group-commit"))};
  const std::vector<CeilingPoint> points = measure();
  ASSERT_EQ(points.size(), 6U);
  EXPECT_EQ(points[1].checkpoint, "auto");
  EXPECT_EQ(points[4].checkpoint, "background:passive");
  EXPECT_EQ(points[4].group_size, 10);
  Lines lines = behaviour_.script.lines();
  EXPECT_EQ(std::ranges::count(lines, "open database, checkpoint auto"), 3 * kRounds);
  EXPECT_EQ(std::ranges::count(lines, "open database, checkpoint background:passive"), 3 * kRounds);
}

TEST_F(Ceiling, NoGroupIsLargerThanThereAreFiles) {
  plan_.configurations = {configuration(10, "group-commit")};
  plan_.configurations.front().files = 5;
  EXPECT_THAT(sizes(), ElementsAre(1, 5));
  EXPECT_EQ(group_size(plan_.configurations.front()), 5);
}

TEST_F(Ceiling, NoGroupIsLargerThanTheCommitterMakesThem) {
  plan_.configurations = {configuration(10'000, "group-commit")};
  EXPECT_THAT(sizes(), ElementsAre(1, 1'024, 256));
  EXPECT_EQ(group_size(plan_.configurations.front()), 1'024);
}

TEST_F(Ceiling, InEachRoundEachPointHasItsTurnOnADatabaseOfItsOwn) {
  plan_.configurations = {configuration(1, "per-file")};
  measure();
  Lines round;
  for (const std::string size : {"1", "256"}) {
    round.insert(round.end(), {"open database, checkpoint auto", "seed", "reset",
                               "write raw 20000 in groups of " + size});
  }
  Lines all;
  for (int turn = 0; turn < kRounds; ++turn) {
    all.insert(all.end(), round.begin(), round.end());
  }
  EXPECT_EQ(behaviour_.script.lines(), all);
  EXPECT_TRUE(observer_.phases.empty()) << "it is none of the plan's measurements";
}

TEST_F(Ceiling, FewFilesAreWrittenOftenEnoughEachTimeFromTheStart) {
  plan_.configurations = {configuration(1, "per-file")};
  plan_.configurations.front().files = 7'000;
  measure();
  constexpr std::int64_t kPasses = 3;  // 21,000 lifecycles
  EXPECT_EQ(raw_writes(), 2 * kRounds * kPasses);
  EXPECT_THAT(behaviour_.script.lines(), testing::Contains("write raw 7000 in groups of 256"));
  EXPECT_EQ(std::ranges::count(behaviour_.script.lines(), "reset"), 2 * kRounds * kPasses);
  EXPECT_EQ(std::ranges::count(behaviour_.script.lines(), "seed"), 2 * kRounds);
}

TEST_F(Ceiling, ASmallDatabaseIsMeasuredOnALargerOneInGroupsAsBeforehand) {
  plan_.configurations = {configuration(1, "per-file")};
  plan_.configurations.front().files = 100;
  EXPECT_THAT(sizes(), ElementsAre(1, 100)) << "no group is larger than there are files";
  EXPECT_EQ(opened_files_, std::vector<std::int64_t>(2 * kRounds, 5'000));
  EXPECT_THAT(behaviour_.script.lines(), testing::Contains("write raw 5000 in groups of 100"));
  constexpr std::int64_t kPasses = 4;  // 20,000 lifecycles
  EXPECT_EQ(raw_writes(), 2 * kRounds * kPasses);
}

TEST_F(Ceiling, OfMoreFilesThanNeededTheFirstOnesAreWritten) {
  plan_.configurations = {configuration(1, "per-file")};
  plan_.configurations.front().files = 1'000'000;
  measure();
  EXPECT_THAT(behaviour_.script.lines(), testing::Contains("write raw 20000 in groups of 256"));
  EXPECT_EQ(raw_writes(), 2 * kRounds);
}

TEST_F(Ceiling, ARateIsItsRoundsMedian) {
  plan_.configurations = {configuration(1, "per-file")};
  std::map<std::int64_t, std::vector<std::int64_t>> elapsed_ns = {
      {1, {500'000, 9'000'000, 1'000'000}}, {256, {2'000'000, 1'000'000, 9'000'000}}};
  std::map<std::int64_t, std::size_t> rounds;
  behaviour_.on_write_raw = [&](const storage::RawOrder& order) {
    const std::size_t round = rounds[order.group_size]++;
    return storage::RawWrites{60, elapsed_ns[order.group_size].at(round)};
  };
  const std::vector<CeilingPoint> points = measure();
  ASSERT_EQ(points.size(), 2U);
  EXPECT_DOUBLE_EQ(points[0].writes_per_second, 60'000);
  EXPECT_DOUBLE_EQ(points[1].writes_per_second, 30'000);
}

TEST_F(Ceiling, ARateIsTheSumOfItsPasses) {
  plan_.configurations = {configuration(1, "per-file")};
  plan_.configurations.front().files = 10'000;  // two passes a round
  int pass = 0;
  behaviour_.on_write_raw = [&](const storage::RawOrder&) {
    return storage::RawWrites{30, ++pass % 2 == 0 ? 1'000 : 2'000};
  };
  EXPECT_DOUBLE_EQ(measure().front().writes_per_second, 60 / 3e-6);
}

TEST_F(Ceiling, AnswersAreThoseOfTheApi) {
  plan_.configurations = {configuration(1, "per-file")};
  plan_.configurations.front().axes.guard = storage::GuardAxis::select;
  std::vector<storage::TransitionWrite> writes;
  std::unique_ptr<storage::PlainIteration> iteration;
  behaviour_.on_write_raw = [&](const storage::RawOrder& order) {
    EXPECT_EQ(order.statements.size(), kLifecycleSteps.size()) << "the guard is always `where`";
    iteration = order.iteration(0);
    return storage::RawWrites{1, 1};
  };
  measure();
  for (const storage::Transaction& transaction : iteration->transactions()) {
    EXPECT_EQ(transaction.statements.size(), 1U);
    writes.push_back(storage::decode(transaction));
  }
  ASSERT_EQ(writes.size(), 3U);
  EXPECT_EQ(writes[1].remote_file_id, "files/mock__bench_file_0000.txt");
  EXPECT_EQ(writes[1].remote_file_uri, "uri://mock__bench_file_0000.txt");
  EXPECT_EQ(writes[2].store_doc_id, "doc_files/mock__bench_file_0000.txt");
  EXPECT_EQ(writes[2].version, 2);
}

TEST_F(Ceiling, StoppedBeforehandNothingIsOpened) {
  plan_.configurations = {configuration(1, "per-file")};
  stop_.request_stop();
  EXPECT_THROW(measure(), RunInterrupted);
  EXPECT_THAT(behaviour_.script.lines(), IsEmpty());
}

TEST_F(Ceiling, AStopBetweenPointsEndsIt) {
  plan_.configurations = {configuration(1, "per-file")};
  behaviour_.on_write_raw = [&](const storage::RawOrder&) {
    stop_.request_stop();
    return storage::RawWrites{1, 1};
  };
  EXPECT_THROW(measure(), RunInterrupted);
  EXPECT_EQ(raw_writes(), 1);
}

TEST_F(Ceiling, WhatAStopMadeFailIsNoFailure) {
  plan_.configurations = {configuration(1, "per-file")};
  behaviour_.on_write_raw = [&](const storage::RawOrder&) -> storage::RawWrites {
    stop_.request_stop();
    throw std::runtime_error("the raw writes were interrupted");
  };
  EXPECT_THROW(measure(), RunInterrupted);
}

TEST_F(Ceiling, AFailureSaysWhereAndWhatToDo) {
  plan_.configurations = {configuration(1, "per-file")};
  const storage::SqliteError full(nullptr, SQLITE_FULL, "COMMIT");
  behaviour_.on_write_raw = [&](const storage::RawOrder&) -> storage::RawWrites { throw full; };
  EXPECT_EQ(failure(), "ceiling: " + std::string(full.what()));

  behaviour_.on_write_raw = [](const storage::RawOrder&) -> storage::RawWrites {
    throw std::runtime_error("no luck");
  };
  EXPECT_EQ(failure(), "ceiling: no luck");
}

TEST_F(Ceiling, AConfigurationIsHeldAgainstThePointOfItsGroupsAndItsCheckpoints) {
  plan_.configurations = {configuration(10, "per-file"), configuration(1, "batch"),
                          in_background(configuration(10, "group-commit")),
                          configuration(50, "group-commit")};
  behaviour_.on_write_raw = [](const storage::RawOrder& order) {
    return storage::RawWrites{order.group_size, 1'000'000};
  };
  const RunContext with = context();
  Ceilings ceilings(plan_, with);
  EXPECT_EQ(ceilings.of(plan_.configurations[0]), std::nullopt) << "before it is measured";
  ceilings.measure_all();
  for (const auto& [index, group] :
       {std::pair(0U, 1), std::pair(1U, 10), std::pair(2U, 10), std::pair(3U, 50)}) {
    const auto found = ceilings.of(plan_.configurations[index]);
    ASSERT_TRUE(found.has_value()) << index;
    EXPECT_EQ(found->group_size, group);
    EXPECT_EQ(found->checkpoint, index == 2 ? "background:passive" : "auto");
    EXPECT_DOUBLE_EQ(found->writes_per_second, 1000 * group);
  }
  EXPECT_EQ(ceilings.of(configuration(7, "group-commit")), std::nullopt);
}

// Measured before alone, a machine that became faster shows as a share above 1.
TEST_F(Ceiling, ARoundAfterTheMeasurementIsInTheRangeItIsHeldAgainst) {
  plan_.configurations = {configuration(10, "per-file"), configuration(1, "batch")};
  std::int64_t elapsed_ns = 1'000'000;
  behaviour_.on_write_raw = [&](const storage::RawOrder&) {
    return storage::RawWrites{1, elapsed_ns};
  };
  const RunContext with = context();
  Ceilings ceilings(plan_, with);
  ceilings.measure_all();
  elapsed_ns /= 2;
  ceilings.measure_again({&plan_.configurations[0]});
  const auto again = ceilings.of(plan_.configurations[0]);
  EXPECT_DOUBLE_EQ(again->least_per_second, 1000);
  EXPECT_DOUBLE_EQ(again->most_per_second, 2000);
  EXPECT_DOUBLE_EQ(ceilings.of(plan_.configurations[1])->most_per_second, 1000) << "another point";
  for (int round = 0; round < 4; ++round) {
    ceilings.measure_again({&plan_.configurations[0]});
  }
  EXPECT_DOUBLE_EQ(ceilings.of(plan_.configurations[0])->least_per_second, 2000)
      << "rounds long before it do not count";
}

/// What the study does with it.
TEST_F(Ceiling, IsMeasuredBeforeAndAfterWhatIsHeldAgainstIt) {
  plan_.ceiling = true;
  plan_.configurations = {configuration(2, "per-file"), configuration(3, "batch")};
  plan_.mitigations = {{{}, configuration(4, "per-file"), configuration(4, "batch"), 1}};
  for (ConfigurationPlan* const each :
       {&plan_.configurations[0], &plan_.configurations[1], &plan_.mitigations[0].baseline,
        &plan_.mitigations[0].mitigation}) {
    each->files = 10;
  }
  behaviour_.verification = {10, 10, 10, "", "ok"};
  behaviour_.on_write_raw = [](const storage::RawOrder& order) {
    return storage::RawWrites{order.group_size, 1'000};
  };
  test_support::MeasuredStudy measured;
  measure_all(plan_, context(), measured);
  std::string order;
  for (const std::string& line : behaviour_.script.lines()) {
    if (line.starts_with("write raw ")) order += 'c';
    if (line.starts_with("open store ")) order += 'm';
  }
  const std::size_t first = order.find('m');
  EXPECT_EQ(order.substr(first), "mccccmccccmmcccccccc")
      << "a round, of four passes, after each, and one of either point after the pair";
  EXPECT_GT(first, 10U) << "several rounds before all";

  ASSERT_EQ(measured.ceiling.size(), 5U) << "groups of 1, 2, 3, 4 and 10";
  EXPECT_EQ(measured.configurations[0].ceiling, measured.ceiling.front());
  ASSERT_TRUE(measured.configurations[1].ceiling);
  EXPECT_EQ(measured.configurations[1].ceiling->group_size, 10);
  EXPECT_EQ(measured.mitigations[0].baseline.pooled.ceiling, measured.ceiling.front());
  EXPECT_EQ(measured.mitigations[0].mitigation.pooled.ceiling->group_size, 10);
}

TEST_F(Ceiling, IsNotMeasuredWhereThePlanDoesNotAsk) {
  plan_.configurations = {configuration(2, "per-file")};
  plan_.configurations.front().files = 10;
  behaviour_.verification = {10, 10, 10, "", "ok"};
  test_support::MeasuredStudy measured;
  measure_all(plan_, context(), measured);
  EXPECT_THAT(measured.ceiling, IsEmpty());
  EXPECT_EQ(measured.configurations.front().ceiling, std::nullopt);
  EXPECT_EQ(raw_writes(), 0);
}

}  // namespace
}  // namespace walbench::engine
