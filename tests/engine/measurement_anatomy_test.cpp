// Silent bugs these tests would catch: figures of the lock or the files that are measured and never
// reach the result, or reach another field; advice on a timeout for writers who do not wait in
// SQLite; the longest wait of a whole lifecycle taken for that of one write.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/measurement.hpp"
#include "engine/workload/lifecycle/lifecycle.hpp"
#include "engine/workload/lifecycle/schema.hpp"
#include "metrics/statistics/busy_timeout.hpp"
#include "storage/strategies.hpp"
#include "tests/engine/fake_measurement.hpp"

namespace walbench::engine {
namespace {

using metrics::ConfigurationResult;
using metrics::Segment;
using test_support::samples;

metrics::Histogram histogram_of(const std::vector<std::int64_t>& values) {
  metrics::Histogram histogram;
  for (const std::int64_t value : values) {
    EXPECT_TRUE(histogram.record(value));
  }
  return histogram;
}

/// One configuration over a fake database that says whatever the test wants.
class MeasurementAnatomy : public FakeMeasurement<> {
 protected:
  MeasurementAnatomy() {
    plan_.strategy = "pooled-connection";
    plan_.axes = storage::find_strategy("pooled-connection")->axes;
  }
};

TEST_F(MeasurementAnatomy, TimesOfTheFilesAreSegmentsAndNoSamplesOfLifecycles) {
  const std::int64_t samples_without = measure().main.samples_produced;
  behaviour_.io_times = {.wal_sync = histogram_of({10, 20}),
                         .db_sync = histogram_of({30, 40, 50}),
                         .checkpoint = histogram_of({60})};
  const ConfigurationResult result = measure();
  EXPECT_EQ(samples(result, Segment::wal_sync), 2);
  EXPECT_EQ(samples(result, Segment::db_sync), 3);
  EXPECT_EQ(samples(result, Segment::checkpoint), 1);
  ASSERT_NE(result.find(Segment::checkpoint), nullptr);
  EXPECT_EQ(result.find(Segment::checkpoint)->max(), 60);
  EXPECT_EQ(result.main.samples_produced, samples_without);
  EXPECT_EQ(result.main.samples_recorded, result.main.samples_produced);
}

TEST_F(MeasurementAnatomy, WhatNeverHappenedHasNoSegment) {
  behaviour_.io_times.wal_sync = histogram_of({10});
  const ConfigurationResult result = measure();
  EXPECT_NE(result.find(Segment::wal_sync), nullptr);
  EXPECT_EQ(result.find(Segment::db_sync), nullptr);
  EXPECT_EQ(result.find(Segment::checkpoint), nullptr);
}

TEST_F(MeasurementAnatomy, TheLocksFiguresAreThoseOfTheDatabase) {
  const metrics::WriteLockWaits expected = {.waits = 1,
                                            .sleeps = 2,
                                            .sleeps_most = 3,
                                            .slept_ns = 4,
                                            .stale = 14,
                                            .has_timeline = true,
                                            .held_ns = 5,
                                            .free_ns = 6,
                                            .missed_ns = 7,
                                            .overtaken_p50 = 8,
                                            .overtaken_p99 = 9,
                                            .overtaken_max = 10,
                                            .acquisitions = 11,
                                            .lock_held_ns = 12,
                                            .lock_free_longest_ns = 13};
  behaviour_.lock_waits.waits = expected;
  EXPECT_EQ(measure().write_lock, expected);
}

TEST_F(MeasurementAnatomy, TheLongestWaitIsOneWritesOfAnyThread) {
  files(12);
  plan_.threads = 3;
  behaviour_.write_timings.lock_wait_ns = 500;
  EXPECT_EQ(measure().lock_wait_longest_ns, 500) << "not what a lifecycle's three writes waited";
}

TEST_F(MeasurementAnatomy, BytesChangedAreThoseOfTheMeasurementsWrites) {
  files(4);
  plan_.warmup_files = 10;
  std::int64_t written = 0;
  behaviour_.on_reset = [&] { written = 0; };
  behaviour_.on_write = [&](const storage::TransitionWrite& write) {
    written += changed_bytes(write);
  };
  EXPECT_EQ(measure().row_bytes_changed, written);
  EXPECT_GT(written, 4 * kWritesPerFile * 26);
}

TEST_F(MeasurementAnatomy, HowLongTheWaitsMeantToSleepIsASegmentIfAnyDid) {
  EXPECT_EQ(measure().find(Segment::busy_asked), nullptr);
  behaviour_.lock_waits.asked_ns = histogram_of({1'000, 3'000, 250'000});
  const ConfigurationResult result = measure();
  ASSERT_NE(result.find(Segment::busy_asked), nullptr);
  EXPECT_EQ(result.find(Segment::busy_asked)->total_count(), 3);
  EXPECT_EQ(result.find(Segment::busy_asked)->max(), behaviour_.lock_waits.asked_ns.max());
}

TEST_F(MeasurementAnatomy, TheSlowestLifecyclesAreKnownByTheirParts) {
  files(250);
  behaviour_.write_timings.lock_wait_ns = 500;
  const metrics::SlowestLifecycles slowest = measure().slowest;
  EXPECT_EQ(slowest.count, 3) << "1 % of 250, rounded up";
  EXPECT_EQ(slowest.lock_wait_ns, 3 * kWritesPerFile * 500);
}

}  // namespace
}  // namespace walbench::engine
