// Silent bugs these tests would catch: phases out of order (a warm-up that is measured, a reset
// that comes too late, figures taken after the store's close); a result published although a
// lifecycle failed, a sample was lost or the database is not as it must be; a stop that is reported
// as a failure, or a failure as a stop.

#include "engine/measurement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/engine/fake_measurement.hpp"

namespace walbench::engine {
namespace {

using metrics::ConfigurationResult;
using metrics::Segment;
using std::chrono::nanoseconds;
using storage::TransitionWrite;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

using Lines = std::vector<std::string>;

constexpr std::array<const char*, 6> kPhaseNames = {"seed",    "warm up", "reset",
                                                    "measure", "drain",   "verify"};

/// Writes what it sees into the same script as the fakes.
class ScriptingObserver final : public RunObserver {
 public:
  explicit ScriptingObserver(test_support::Script& script) : script_(script) {}

  void phase_begins(std::size_t measurement, Phase phase) override {
    script_.add("[" + std::to_string(measurement) + " " +
                kPhaseNames[static_cast<std::size_t>(phase)] + "]");
  }
  void lifecycle_done() override { script_.add("lifecycle done"); }
  void measurement_done(std::size_t measurement) override {
    script_.add("[" + std::to_string(measurement) + " done]");
  }

 private:
  test_support::Script& script_;
};

class Measurement : public FakeMeasurement<> {
 protected:
  Measurement() {
    files(1);
    on_open_ = [this](const ConfigurationPlan&) { behaviour_.script.add("open database"); };
    context_.observer = &scripting_;
  }

  Lines lines() const { return behaviour_.script.lines(); }

  ScriptingObserver scripting_{behaviour_.script};
};

const Lines life_of_file_0 = {
    "write /bench/file_0000.txt untracked>uploading v0",
    "write /bench/file_0000.txt uploading>processing v1",
    "write /bench/file_0000.txt processing>indexed v2",
    "close session",
};

Lines joined(const std::vector<Lines>& parts) {
  Lines all;
  for (const Lines& part : parts) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

TEST_F(Measurement, GoesThroughItsPhasesInOrder) {
  plan_.warmup_files = 1;
  measure();
  EXPECT_EQ(lines(), joined({{"open database", "[0 seed]", "seed", "settings",
                              "open store per-file for 1", "[0 warm up]"},
                             life_of_file_0,
                             {"[0 reset]", "reset", "[0 measure]", "restart counting in the store",
                              "restart counting"},
                             life_of_file_0,
                             {"lifecycle done", "figures", "[0 drain]", "close store", "[0 verify]",
                              "verify", "[0 done]"}}));
}

TEST_F(Measurement, WithoutWarmUpNothingIsWrittenBeforeTheReset) {
  measure();
  const Lines all = lines();
  const auto reset = std::ranges::find(all, "reset");
  const auto write = std::ranges::find(all, life_of_file_0.front());
  ASSERT_NE(write, all.end());
  EXPECT_LT(reset, write);
}

TEST_F(Measurement, OpensTheStoreForTheAxesAndThreadsOfThePlan) {
  plan_.threads = 3;
  plan_.axes.connection = storage::ConnectionAxis::per_worker();
  measure();
  EXPECT_THAT(lines(), testing::Contains("open store per-worker for 3"));
}

TEST_F(Measurement, MeasuresConfigurationsInTheOrderOfThePlan) {
  RunPlan plan;
  plan.configurations = {plan_, plan_, plan_};
  plan.configurations[1].strategy = "second";
  test_support::MeasuredStudy measured;
  measure_all(plan, context(), measured);
  const std::vector<ConfigurationResult>& results = measured.configurations;
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(results[1].planned.strategy, "second");
  Lines phases;
  for (const std::string& line : lines()) {
    if (line.ends_with("seed]") || line.ends_with("done]")) phases.push_back(line);
  }
  EXPECT_THAT(phases,
              ElementsAre("[0 seed]", "[0 done]", "[1 seed]", "[1 done]", "[2 seed]", "[2 done]"));
}

// Whoever reads the result judges it by them.
TEST_F(Measurement, LimitsOfThePlanAreInTheResult) {
  plan_.limits = {"elapsed{threads=1}>1s", "net.p99>5ms"};
  files(3);
  EXPECT_EQ(measure().planned.limits, plan_.limits);
}

TEST_F(Measurement, LifecyclesByThreadAreSortedSoThatSumsOverRepeatsStayUneven) {
  plan_.threads = 4;
  files(40);
  const std::vector<std::int64_t> by_thread = measure().concurrency.lifecycles_per_thread;
  ASSERT_EQ(by_thread.size(), 4U);
  EXPECT_TRUE(std::ranges::is_sorted(by_thread, std::greater()));
}

TEST_F(Measurement, SamplesOfTheWarmUpAreNotInTheResult) {
  plan_.warmup_files = 50;
  files(4);
  const ConfigurationResult result = measure();
  const metrics::Histogram* const total = result.find(Segment::total_wall);
  ASSERT_NE(total, nullptr);
  EXPECT_EQ(total->total_count(), 4);
  EXPECT_EQ(result.find(Segment::transition)->total_count(), 3 * 4);
}

TEST_F(Measurement, TheWarmUpDoesNotWaitForTheApi) {
  plan_.api_delay = ApiDelay(std::chrono::seconds(2));
  plan_.warmup_files = 5;
  files(3);
  measure();
  EXPECT_EQ(clock_.sleeps(), std::vector<nanoseconds>(2 * 3, std::chrono::seconds(2)));
}

TEST_F(Measurement, EverySampleProducedIsAccountedFor) {
  files(30);
  plan_.threads = 3;
  behaviour_.connect_ns = 5;
  behaviour_.statement_apart = true;
  behaviour_.has_queue = true;
  const ConfigurationResult result = measure();
  // Sixteen segments with a sample each, and three transitions.
  EXPECT_EQ(result.main.samples_produced, 30 * (16 + 3));
  EXPECT_EQ(result.main.samples_recorded + result.main.samples_out_of_range,
            result.main.samples_produced);
}

TEST_F(Measurement, SamplesOutOfRangeAreCountedNotLost) {
  constexpr std::int64_t kTwoHoursNs = std::int64_t{7200} * 1'000'000'000;
  behaviour_.write_timings.commit_ns = kTwoHoursNs;
  const ConfigurationResult result = measure();
  EXPECT_EQ(result.main.samples_out_of_range, 1);
  EXPECT_EQ(result.main.samples_recorded, result.main.samples_produced - 1);
}

TEST_F(Measurement, CarriesWhatItWasToldIntoTheResult) {
  behaviour_.settings = {"wal", "normal", 5000, 1000, 4096, -2000, "normal"};
  const metrics::WalFigures wal = {.size_start_bytes = 11,
                                   .size_end_bytes = 3,
                                   .growth_bytes = 5,
                                   .peak_bytes = 4,
                                   .bytes_written = 1,
                                   .frames = 2,
                                   .checkpoints = 9,
                                   .checkpoint_ns = 19,
                                   .checkpoint_longest_ns = 20,
                                   .checkpoints_capped = 14,
                                   .wal_syncs = 6,
                                   .db_syncs = 8,
                                   .db_bytes_written = 7};
  behaviour_.figures = {.wal = wal, .busy_longest_us = 11};
  behaviour_.lock_waits.busy_retries = 10;
  behaviour_.lock_waits.other_sleeps = {.database = 3, .reader = 4};
  behaviour_.counts = {{.snapshot_retries = 12,
                        .unsaved_peak = 9,
                        .capped_checkpoints = 14,
                        .groups = {.groups = 15, .writes = 16, .size_p50 = 17, .size_max = 18}}};
  const ConfigurationResult result = measure();
  EXPECT_TRUE(result.verified);
  EXPECT_EQ(result.indexed_count, 1);
  EXPECT_EQ(result.settings, behaviour_.settings);
  EXPECT_EQ(result.wal, wal);
  EXPECT_EQ(result.busy_retries, 10);
  EXPECT_EQ(result.other_sleeps, behaviour_.lock_waits.other_sleeps);
  EXPECT_EQ(result.busy_longest_us, 11);
  EXPECT_EQ(result.unsaved_peak, 9);
  EXPECT_EQ(result.snapshot_retries, 12);
  EXPECT_EQ(result.groups, (metrics::GroupsCommitted{15, 16, 17, 18}));
}

TEST_F(Measurement, MeanInFlightFollowsLittlesLaw) {
  // Ten lifecycles one after another, the API's delay dwarfing all else: one in flight.
  plan_.api_delay = ApiDelay(std::chrono::seconds(1));
  files(10);
  const ConfigurationResult result = measure();
  EXPECT_NEAR(result.concurrency.in_flight_mean, 1.0, 1e-6);
  EXPECT_EQ(result.concurrency.in_flight_peak, 1);
  EXPECT_EQ(result.concurrency.os_threads, 1);
  EXPECT_EQ(result.concurrency.lifecycles_per_thread, std::vector<std::int64_t>{10});
}

TEST_F(Measurement, AnUnverifiedRunFailsWithTheFigures) {
  plan_.files = 9;
  plan_.threads = 2;
  behaviour_.verification = {8, 7, 6, "/bench/file_0003.txt: version", "ok"};
  EXPECT_THAT(failure(),
              AllOf(HasSubstr("c=2 zero per-file"), HasSubstr("9 files 8 rows"),
                    HasSubstr("7 are indexed"), HasSubstr("6 have everything"),
                    HasSubstr("(first wrong: /bench/file_0003.txt: version)"), HasSubstr("'ok'")));
  EXPECT_EQ(lines().back(), "verify");
}

TEST_F(Measurement, ADamagedFileFailsTheRun) {
  behaviour_.verification.integrity = "row 1 missing from index idx_gemini_state";
  EXPECT_THAT(failure(), HasSubstr("row 1 missing from index idx_gemini_state"));
}

TEST_F(Measurement, AFailedLifecycleFailsTheRunAndNamesItsFile) {
  files(3);
  behaviour_.on_write = [](const TransitionWrite& write) {
    if (write.file_path == "/bench/file_0001.txt") throw std::runtime_error("disk on fire");
  };
  EXPECT_THAT(failure(),
              AllOf(HasSubstr("c=1 zero per-file"), HasSubstr("/bench/file_0001.txt: disk on fire"),
                    HasSubstr("OCC conflicts: 0")));
  EXPECT_EQ(lines().back(), "close store") << "nothing is verified after a failure";
}

TEST_F(Measurement, AConflictIsCountedAndNamed) {
  behaviour_.on_write = [](const TransitionWrite&) { throw storage::OccConflict("OCC conflict"); };
  EXPECT_THAT(failure(), AllOf(HasSubstr("OCC conflict: '/bench/file_0000.txt'"),
                               HasSubstr("(OCC conflicts: 1)")));
}

TEST_F(Measurement, ALossOnAPerturbedScheduleIsTriedAgainAndItsSuspectNamed) {
  plan_.wal_reset_exposed = true;
  const auto corrupt = [](const auto&) {
    throw storage::StorageError("disk image is malformed", storage::ErrorKind::corrupt);
  };
  const auto conflict = [](const TransitionWrite&) { throw storage::OccConflict("OCC conflict"); };
  const auto repeated = HasSubstr("something was lost again in 10 of 10 repeats");
  const auto named = HasSubstr("a suspect is the WAL-reset bug of");
  for (const auto& on_write :
       {std::function<void(const TransitionWrite&)>(corrupt), {conflict}, {[](const auto&) {}}}) {
    behaviour_.on_write = on_write;
    behaviour_.on_verify = corrupt;
    plan_.settings.perturbation.longest = std::chrono::nanoseconds(0);
    EXPECT_THAT(failure(), AllOf(named, Not(repeated)));
    plan_.settings.perturbation.longest = std::chrono::nanoseconds(1);
    EXPECT_THAT(failure(), AllOf(named, repeated));
  }
  behaviour_.on_verify = [](const auto&) {
    throw storage::StorageError("disk on fire", storage::ErrorKind::io);
  };
  EXPECT_THAT(failure(), AllOf(HasSubstr("disk on fire"), Not(named), Not(repeated)));
}

TEST_F(Measurement, AFailureInTheWarmUpFailsTheRunBeforeTheReset) {
  plan_.warmup_files = 1;
  behaviour_.on_write = [](const TransitionWrite&) { throw std::runtime_error("too cold"); };
  EXPECT_THAT(failure(), HasSubstr("too cold"));
  EXPECT_THAT(lines(), testing::Not(testing::Contains("reset")));
}

TEST_F(Measurement, WhatTheDatabaseRefusesFailsTheRunThere) {
  behaviour_.on_settings = [] { throw storage::SettingsMismatch("synchronous was not taken"); };
  EXPECT_THAT(failure(), HasSubstr("synchronous was not taken"));
  EXPECT_EQ(lines().back(), "settings");
}

}  // namespace
}  // namespace walbench::engine
