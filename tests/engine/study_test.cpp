// Silent bugs these tests would catch: a mitigation that is compared to a baseline measured at
// another time, or to itself; a last batch left out of the result; rows verified against what an
// API that never fails would have left; samples of failed attempts that get lost.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "engine/measurement.hpp"
#include "engine/workload/lifecycle/lifecycle.hpp"
#include "engine/workload/lifecycle/schema.hpp"
#include "storage/sqlite/sqlite.hpp"
#include "storage/strategies.hpp"
#include "tests/engine/fake_measurement.hpp"

namespace walbench::engine {
namespace {

using metrics::ConfigurationResult;
using metrics::Segment;
using storage::TransitionWrite;
using test_support::samples;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using Lines = std::vector<std::string>;

/// Runs over fakes that verify every row; what is expected of a row is kept.
class Study : public FakeMeasurement<> {
 protected:
  Study() {
    on_open_ = [this](const ConfigurationPlan& plan) {
      behaviour_.script.add("open database for " + plan.strategy);
    };
    behaviour_.on_flush = [this] {
      behaviour_.script.add("flush");
      return 0;
    };
  }

  Lines lines_starting(const std::string& start) const {
    Lines found;
    for (const std::string& line : behaviour_.script.lines()) {
      if (line.starts_with(start)) found.push_back(line);
    }
    return found;
  }
};

TEST_F(Study, TheLastBatchIsFlushedBeforeTheResetAndBeforeTheFigures) {
  plan_.warmup_files = 1;
  measure();
  Lines lines = behaviour_.script.lines();
  std::erase_if(lines, [](const std::string& line) { return line.starts_with("write "); });
  EXPECT_THAT(lines,
              ElementsAre("open database for per-file", "seed", "settings",
                          "open store per-file for 1", "close session", "flush", "reset",
                          "restart counting in the store", "restart counting", "close session",
                          "close session", "flush", "figures", "close store", "verify"));
}

TEST_F(Study, TheFlushsCommitsAreThoseOfTheResult) {
  behaviour_.write_timings.committed = false;
  behaviour_.on_flush = [] { return 1; };
  plan_.warmup_files = 4;
  const ConfigurationResult result = measure();
  EXPECT_EQ(result.writes, 2 * kWritesPerFile);
  EXPECT_EQ(result.commits, 1) << "the warm-up's is not the measurement's";
}

TEST_F(Study, AFlushThatIsRefusedFailsTheRun) {
  behaviour_.on_flush = []() -> std::int64_t {
    throw storage::SqliteError(nullptr, SQLITE_FULL, "COMMIT");
  };
  EXPECT_THAT(failure(), AllOf(HasSubstr("c=1 zero per-file"), HasSubstr("a lifecycle failed"),
                               HasSubstr("after the last iteration: COMMIT")));
  EXPECT_THAT(behaviour_.script.lines(), Not(Contains("verify")));
}

TEST_F(Study, NothingIsFlushedAfterAFailure) {
  behaviour_.on_write = [](const TransitionWrite&) { throw storage::OccConflict("OCC conflict"); };
  EXPECT_THAT(failure(), HasSubstr("OCC conflict"));
  EXPECT_THAT(behaviour_.script.lines(), Not(Contains("flush")));
}

TEST_F(Study, SamplesOfFailedAttemptsAreConserved) {
  constexpr std::int64_t kFiles = 60;
  files(kFiles);
  plan_.threads = 3;
  plan_.api_fail_rate = 0.4;
  const ConfigurationResult result = measure();
  ASSERT_GT(result.api_failures, 10);
  EXPECT_EQ(result.main.samples_produced, result.main.samples_recorded);
  EXPECT_EQ(result.main.samples_out_of_range, 0);
  EXPECT_EQ(samples(result, Segment::total_wall), kFiles);
  EXPECT_EQ(samples(result, Segment::failed_attempt), result.api_failures);
  EXPECT_EQ(samples(result, Segment::attempt), kFiles + result.api_failures);
  EXPECT_EQ(samples(result, Segment::transition), result.writes);
  EXPECT_EQ(static_cast<std::int64_t>(lines_starting("write ").size()), result.writes);
}

TEST_F(Study, WithoutAFailRateThereAreNoAttempts) {
  const ConfigurationResult result = measure();
  EXPECT_EQ(result.find(Segment::attempt), nullptr);
  EXPECT_EQ(result.find(Segment::failed_attempt), nullptr);
  EXPECT_EQ(result.api_calls, 2 * 2);
  EXPECT_EQ(result.api_failures, 0);
}

TEST_F(Study, TheWarmUpsApiNeitherWaitsNorFails) {
  files(1);
  plan_.api_delay = ApiDelay::parse("exp:1s");
  plan_.api_fail_rate = 0.999;
  plan_.warmup_files = 30;
  std::vector<std::size_t> writes_at_reset;
  behaviour_.on_reset = [&] {
    writes_at_reset.push_back(lines_starting("write ").size());
    EXPECT_TRUE(clock_.sleeps().empty());
    throw std::runtime_error("that is enough");
  };
  EXPECT_THAT(failure(), HasSubstr("that is enough"));
  EXPECT_THAT(writes_at_reset, ElementsAre(30U * 3U));
}

TEST_F(Study, CarriesThePlanIntoTheResult) {
  plan_.axes = storage::find_strategy("batch")->axes;
  plan_.strategy = "batch";
  plan_.api_delay = ApiDelay::parse("lognormal:50ms,0.5");
  plan_.api_fail_rate = 0.125;
  plan_.warmup_files = 3;
  const ConfigurationResult result = measure();
  EXPECT_EQ(result.planned.strategy, "batch");
  EXPECT_EQ(result.planned.connection, "shared");
  EXPECT_EQ(result.planned.commit, "batch:10");
  EXPECT_EQ(result.planned.begin, "deferred");
  EXPECT_EQ(result.planned.guard, "where");
  EXPECT_EQ(result.planned.queue, "mutex");
  EXPECT_EQ(result.planned.api_delay, "lognormal:50ms,0.5");
  EXPECT_EQ(result.planned.api_delay_ns, plan_.api_delay.mean().count());
  EXPECT_EQ(result.planned.api_fail_rate, 0.125);
  EXPECT_EQ(result.planned.warmup_files, 3);
}

TEST_F(Study, EveryWorkerThreadIsToldOf) {
  constexpr std::size_t kThreads = 4;
  files(40);
  plan_.threads = kThreads;
  std::mutex mutex;
  std::set<std::thread::id> told;
  bool unknown_wrote = false;
  context_.on_worker_thread = [&] {
    const std::lock_guard lock(mutex);
    told.insert(std::this_thread::get_id());
  };
  behaviour_.on_write = [&](const TransitionWrite&) {
    const std::lock_guard lock(mutex);
    if (!told.contains(std::this_thread::get_id())) unknown_wrote = true;
  };
  EXPECT_EQ(measure().concurrency.os_threads, static_cast<std::int64_t>(kThreads));
  const std::lock_guard lock(mutex);
  EXPECT_EQ(told.size(), kThreads);
  EXPECT_FALSE(unknown_wrote);
}

/// Two configurations and two mitigations, the first to be repeated.
RunPlan study_of(const ConfigurationPlan& base) {
  const auto named = [&base](const std::string& strategy) {
    ConfigurationPlan plan = base;
    plan.strategy = strategy;
    return plan;
  };
  RunPlan plan;
  plan.configurations = {named("x"), named("y")};
  metrics::MitigationInfo one;
  one.name = "one";
  metrics::MitigationInfo two;
  two.name = "two";
  two.effort = 7;
  plan.mitigations = {{one, named("base-1"), named("one"), 2},
                      {two, named("base-2"), named("two"), 1}};
  return plan;
}

TEST_F(Study, EachMitigationIsMeasuredInTurnWithItsBaseline) {
  test_support::MeasuredStudy measured;
  measure_all(study_of(plan_), context(), measured);
  EXPECT_THAT(
      lines_starting("open database for "),
      ElementsAre("open database for x", "open database for y", "open database for base-1",
                  "open database for one", "open database for base-1", "open database for one",
                  "open database for base-2", "open database for two"));
  EXPECT_THAT(observer_.begun, ElementsAre(0U, 1U, 2U, 3U, 4U, 5U, 6U, 7U));
  EXPECT_EQ(observer_.done, observer_.begun);
}

TEST_F(Study, RepeatsArePooledUnderTheMitigationTheyBelongTo) {
  test_support::MeasuredStudy measured;
  measure_all(study_of(plan_), context(), measured);
  ASSERT_EQ(measured.configurations.size(), 2U);
  EXPECT_EQ(measured.configurations[0].planned.strategy, "x");
  EXPECT_EQ(measured.configurations[1].planned.strategy, "y");

  ASSERT_EQ(measured.mitigations.size(), 2U);
  const std::vector<std::size_t> repeats = {2, 1};
  for (std::size_t index = 0; index < 2; ++index) {
    const metrics::MitigationResult& result = measured.mitigations[index];
    const std::string number = std::to_string(index + 1);
    EXPECT_EQ(result.info.name, index == 0 ? "one" : "two");
    EXPECT_EQ(result.baseline.pooled.planned.strategy, "base-" + number);
    EXPECT_EQ(result.mitigation.pooled.planned.strategy, index == 0 ? "one" : "two");
    for (const metrics::RepeatedResult* const each : {&result.baseline, &result.mitigation}) {
      EXPECT_EQ(each->repeats.size(), repeats[index]);
      EXPECT_EQ(each->pooled.repeats, static_cast<std::int64_t>(repeats[index]));
      EXPECT_EQ(samples(each->pooled, Segment::total_wall),
                2 * static_cast<std::int64_t>(repeats[index]));
    }
  }
  EXPECT_EQ(measured.mitigations[1].info.effort, 7);
}

TEST_F(Study, EachResultIsHandedOverAsSoonAsItIsVerified) {
  test_support::MeasuredStudy measured;
  std::vector<std::size_t> handed_over_before;
  behaviour_.on_verify = [&](const Workload&) {
    handed_over_before.push_back(measured.calls.size());
  };
  measure_all(study_of(plan_), context(), measured);
  EXPECT_THAT(measured.calls,
              ElementsAre("measured x", "measured y", "pair of one", "pair of one", "pair of two"));
  EXPECT_THAT(handed_over_before, ElementsAre(0U, 1U, 2U, 2U, 3U, 3U, 4U, 4U));
}

TEST_F(Study, AFailedConfigurationIsRecordedAndTheOthersAreMeasured) {
  int verified = 0;
  behaviour_.on_verify = [&](const Workload&) {
    if (++verified == 1) throw storage::SqliteError(nullptr, SQLITE_FULL, "SELECT");
  };
  test_support::MeasuredStudy measured;
  measure_all(study_of(plan_), context(), measured);
  EXPECT_THAT(measured.calls, ElementsAre("failed c=1 zero x", "measured y", "pair of one",
                                          "pair of one", "pair of two"));
  ASSERT_EQ(measured.failures.size(), 1U);
  EXPECT_EQ(measured.failures[0].phase, Phase::verify);
  EXPECT_EQ(measured.failures[0].remedy, storage::Remedy::free_space);
  EXPECT_THAT(measured.failures[0].sentence, HasSubstr("c=1 zero x: SELECT"));
}

TEST_F(Study, WholePairsAreKeptIfALaterOneFails) {
  int verified = 0;
  behaviour_.on_verify = [&](const Workload&) {
    if (++verified == 6) throw std::runtime_error("unreadable");  // the second pair's mitigation
  };
  test_support::MeasuredStudy measured;
  RunPlan plan = study_of(plan_);
  plan.mitigations[0].repeats = 4;
  measure_all(plan, context(), measured);
  EXPECT_THAT(measured.calls, ElementsAre("measured x", "measured y", "pair of one",
                                          "failed c=1 zero one", "pair of two"));
  EXPECT_EQ(measured.mitigations[0].baseline.repeats.size(), 1U);
  EXPECT_THAT(observer_.begun, ElementsAre(0U, 1U, 2U, 3U, 4U, 5U, 10U, 11U))
      << "as RunPlan::measurements() counts";
}

TEST_F(Study, AStopLosesTheMeasurementUnderWayAlone) {
  std::stop_source stop;
  RunContext stopped = context();
  stopped.stop = stop.get_token();
  int verified = 0;
  behaviour_.on_verify = [&](const Workload&) {
    if (++verified == 4) stop.request_stop();
  };
  test_support::MeasuredStudy measured;
  EXPECT_THROW(measure_all(study_of(plan_), stopped, measured), RunInterrupted);
  EXPECT_THAT(measured.calls, ElementsAre("measured x", "measured y", "pair of one"))
      << "its verification had passed";
}

}  // namespace
}  // namespace walbench::engine
