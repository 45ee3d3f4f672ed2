// Silent bugs these tests would catch: a stop that is taken for a failure because it made something
// fail on its way out; a run that goes on, or publishes, after it was told to stop; threads that
// sit in SQLite's busy handler because nobody tells the database.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/measurement.hpp"
#include "storage/sqlite/sqlite.hpp"
#include "tests/engine/fake_measurement.hpp"

namespace walbench::engine {
namespace {

using storage::TransitionWrite;
using test_support::FakeDatabase;
using testing::Contains;
using testing::Not;

class StoppedMeasurement : public FakeMeasurement<> {
 protected:
  StoppedMeasurement() { files(5); }

  std::int64_t writes() const {
    return std::ranges::count_if(behaviour_.script.lines(), [](const std::string& line) {
      return line.starts_with("write ");
    });
  }
};

TEST_F(StoppedMeasurement, NothingIsDoneWhenTheStopCameFirst) {
  stop_.request_stop();
  EXPECT_THROW(measure(), RunInterrupted);
  EXPECT_EQ(behaviour_.script.lines(), std::vector<std::string>{"interrupt waits"});
  EXPECT_TRUE(observer_.phases.empty());
}

TEST_F(StoppedMeasurement, AStopWhileSeedingIsNotAFailure) {
  behaviour_.on_seed = [this] {
    stop_.request_stop();
    throw std::runtime_error("interrupted");
  };
  EXPECT_THROW(measure(), RunInterrupted);
  EXPECT_THAT(behaviour_.script.lines(), Not(Contains("settings")));
}

TEST_F(StoppedMeasurement, AStopWhileMeasuringEndsTheRunAfterTheWritesUnderWay) {
  behaviour_.on_write = [this](const TransitionWrite& write) {
    if (write.file_path == "/bench/file_0001.txt") stop_.request_stop();
  };
  EXPECT_THROW(measure(), RunInterrupted);
  EXPECT_EQ(writes(), 3 + 1);
  EXPECT_THAT(behaviour_.script.lines(), Not(Contains("verify")));
  EXPECT_EQ(behaviour_.script.lines().back(), "close store");
}

TEST_F(StoppedMeasurement, AStopThatMakesAWriteFailIsStillAStop) {
  behaviour_.on_write = [this](const TransitionWrite& write) {
    if (write.file_path != "/bench/file_0001.txt") return;
    stop_.request_stop();
    throw std::runtime_error("database is locked");
  };
  EXPECT_THROW(measure(), RunInterrupted);
  EXPECT_EQ(writes(), 3 + 1);
}

TEST_F(StoppedMeasurement, AStopInTheWarmUpEndsTheRunBeforeTheReset) {
  plan_.warmup_files = 5;
  behaviour_.on_write = [this](const TransitionWrite&) { stop_.request_stop(); };
  EXPECT_THROW(measure(), RunInterrupted);
  EXPECT_EQ(writes(), 1);
  EXPECT_THAT(behaviour_.script.lines(), Not(Contains("reset")));
}

TEST_F(StoppedMeasurement, AStopCancelsTheApiCallUnderWay) {
  plan_.api_delay = ApiDelay(std::chrono::hours(1));
  clock_.on_sleep([this] { stop_.request_stop(); });
  EXPECT_THROW(measure(), RunInterrupted);
  EXPECT_EQ(writes(), 1);
}

TEST_F(StoppedMeasurement, AStopWhileVerifyingIsNotAFailure) {
  behaviour_.on_verify = [this](const Workload&) {
    stop_.request_stop();
    throw std::runtime_error("interrupted");
  };
  EXPECT_THROW(measure(), RunInterrupted);
  EXPECT_EQ(observer_.done.size(), 0U);
}

TEST_F(StoppedMeasurement, AStopInTheGapBeforeAPhaseKeepsItFromBeginning) {
  // Whichever phase it is: what is under way may end, the next one must not begin.
  for (const Phase phase :
       {Phase::seed, Phase::warm_up, Phase::reset, Phase::measure, Phase::drain}) {
    std::stop_source stop;
    test_support::RecordingObserver observer;
    observer.on_phase = [&](Phase begun) {
      if (begun == phase) stop.request_stop();
    };
    const RunContext context = test_support::fake_verified(
        {[this](const ConfigurationPlan&) { return std::make_unique<FakeDatabase>(behaviour_); },
         &clock_, &observer, stop.get_token()},
        behaviour_);
    EXPECT_THROW(measure_configuration(plan_, 0, context), RunInterrupted);
    EXPECT_EQ(observer.phases.back(), phase);
    EXPECT_EQ(observer.done.size(), 0U);
  }
}

TEST_F(StoppedMeasurement, TheDatabaseIsToldToInterruptItsWaits) {
  behaviour_.on_write = [this](const TransitionWrite& write) {
    if (write.version == 1) stop_.request_stop();
  };
  EXPECT_THROW(measure(), RunInterrupted);
  const std::vector<std::string> lines = behaviour_.script.lines();
  EXPECT_EQ(std::ranges::count(lines, "interrupt waits"), 1);
}

TEST_F(StoppedMeasurement, TheDatabaseOfAFinishedRunIsNotTouchedByALaterStop) {
  measure();
  stop_.request_stop();
  EXPECT_THAT(behaviour_.script.lines(), Not(Contains("interrupt waits")));
}

TEST_F(StoppedMeasurement, LaterConfigurationsDoNotStart) {
  int opened = 0;
  behaviour_.on_verify = [this](const Workload&) { stop_.request_stop(); };
  const RunContext context =
      test_support::fake_verified({[&](const ConfigurationPlan&) {
                                     ++opened;
                                     return std::make_unique<FakeDatabase>(behaviour_);
                                   },
                                   &clock_, &observer_, stop_.get_token()},
                                  behaviour_);
  RunPlan plan;
  plan.configurations = {plan_, plan_, plan_};
  test_support::MeasuredStudy measured;
  EXPECT_THROW(measure_all(plan, context, measured), RunInterrupted);
  EXPECT_LE(opened, 2);
  EXPECT_EQ(std::ranges::count(observer_.phases, Phase::seed), 1);
}

TEST_F(StoppedMeasurement, AStopEndsARunWhoseApiFailsAtOnceAndForEver) {
  plan_.api_fail_rate = 0.999;
  std::atomic<int> writes_seen = 0;
  behaviour_.on_write = [&](const TransitionWrite&) {
    if (writes_seen.fetch_add(1) == 20) stop_.request_stop();
  };
  EXPECT_THROW(measure(), RunInterrupted);
  EXPECT_LT(writes(), 30);
  EXPECT_EQ(observer_.done.size(), 0U);
}

TEST_F(StoppedMeasurement, NothingIsFlushedAfterAStop) {
  behaviour_.on_flush = [this] {
    behaviour_.script.add("flush");
    return 1;
  };
  behaviour_.on_write = [this](const TransitionWrite&) { stop_.request_stop(); };
  EXPECT_THROW(measure(), RunInterrupted);
  EXPECT_THAT(behaviour_.script.lines(), Not(Contains("flush")));
}

TEST_F(StoppedMeasurement, AStopInAFlushThatFailsIsNotAFailure) {
  behaviour_.on_flush = [this]() -> std::int64_t {
    stop_.request_stop();
    throw storage::SqliteError(nullptr, SQLITE_INTERRUPT, "COMMIT");
  };
  EXPECT_THROW(measure(), RunInterrupted);
  EXPECT_THAT(behaviour_.script.lines(), Not(Contains("verify")));
}

TEST_F(StoppedMeasurement, LaterRepeatsOfAMitigationDoNotStart) {
  RunPlan plan;
  MitigationPlan& mitigation = plan.mitigations.emplace_back();
  mitigation.baseline = mitigation.mitigation = plan_;
  mitigation.repeats = 3;
  int opened = 0;
  const RunContext context =
      test_support::fake_verified({[&](const ConfigurationPlan&) {
                                     if (++opened == 2) stop_.request_stop();
                                     return std::make_unique<FakeDatabase>(behaviour_);
                                   },
                                   &clock_, &observer_, stop_.get_token()},
                                  behaviour_);
  test_support::MeasuredStudy measured;
  EXPECT_THROW(measure_all(plan, context, measured), RunInterrupted);
  EXPECT_EQ(opened, 2);
  EXPECT_EQ(observer_.done.size(), 1U);
}

}  // namespace
}  // namespace walbench::engine
