// Silent bugs these tests would catch: a strategy for which a part of fsm_net is in two segments or
// in none, so that its breakdown does not add up; bytes that are said to have changed and are not
// in the database; figures of the lock or of the files that belong to another phase.

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <set>
#include <string>

#include "engine/measurement.hpp"
#include "metrics/analysis/breakdown.hpp"
#include "storage/sqlite/database_files.hpp"
#include "storage/sqlite/sqlite.hpp"
#include "storage/sqlite/strategy/sqlite_database.hpp"
#include "storage/strategies.hpp"
#include "tests/support/measured_study.hpp"

namespace walbench::engine {
namespace {

using metrics::ConfigurationResult;
using metrics::Segment;
using metrics::Spent;
using test_support::samples;

/// Each strategy that has a name, on a database on disk, four lifecycles at once.
class EveryStrategyMeasured : public testing::TestWithParam<storage::Strategy> {
 protected:
  ConfigurationResult measure(storage::Instrumentation instrumentation) {
    ConfigurationPlan plan;
    plan.threads = 4;
    plan.files = 300;
    plan.warmup_files = 20;
    plan.strategy = GetParam().name;
    plan.axes = GetParam().axes;
    plan.settings.busy_timeout = std::chrono::seconds(60);
    plan.settings.checkpoint.every_frames = 300;
    plan.anatomy = instrumentation == storage::Instrumentation::anatomy;
    const auto open = [&](const ConfigurationPlan&) {
      return std::make_unique<storage::SqliteDatabase>(files_.database(), plan.settings,
                                                       instrumentation);
    };
    return measure_configuration(plan, 0, {open, &clock_, &observer_, {}});
  }

  static bool is_queued() { return GetParam().axes.commit.is_group(); }
  static bool has_queue() { return GetParam().axes.queue != storage::QueueAxis::sqlite; }

  metrics::SteadyClock clock_;
  storage::DatabaseFiles files_{std::nullopt};
  test_support::RecordingObserver observer_;
};

TEST_P(EveryStrategyMeasured, ThePartsOfItsTimeAddUp) {
  const ConfigurationResult result = measure(storage::Instrumentation::counts);
  const auto breakdown = metrics::break_down(result);
  ASSERT_TRUE(breakdown.has_value());
  EXPECT_LT(std::abs(breakdown->unexplained), 0.02);
  double sum = 0;
  std::set<std::string> names;
  for (const metrics::BreakdownPart& part : breakdown->parts) {
    EXPECT_GE(part.share, -0.005) << part.name << ": more is subtracted from it than it is";
    sum += part.share;
    names.insert(part.name);
  }
  EXPECT_NEAR(sum, 1, 0.02);
  EXPECT_NEAR(breakdown->share(Spent::waiting) + breakdown->share(Spent::working) +
                  breakdown->share(Spent::checkpointing) + breakdown->share(Spent::syncing),
              sum, 1e-9);
  EXPECT_EQ(names.contains("queue"), has_queue() || is_queued());
  EXPECT_EQ(names.contains("commit"), !is_queued());
  EXPECT_EQ(samples(result, Segment::queue_wait), has_queue() ? 300 : 0);
}

TEST_P(EveryStrategyMeasured, BytesChangedAreThoseInTheDatabase) {
  const ConfigurationResult result = measure(storage::Instrumentation::counts);
  const storage::Connection connection(files_.database().string(), nullptr);
  // Each row went through three states, and its version and time stamp were set as often.
  const std::int64_t in_database = connection.query_int64(
      "SELECT sum(length('uploading') + length('processing') + length(gemini_state) + 3 * 8"
      " + 3 * length(gemini_state_updated_at) + length(upload_timestamp)"
      " + length(gemini_file_id) + length(gemini_file_uri) + length(gemini_store_doc_id))"
      " FROM files");
  EXPECT_EQ(result.row_bytes_changed, in_database);
  const auto amplification = metrics::write_amplification(result);
  ASSERT_TRUE(amplification.has_value());
  EXPECT_GT(*amplification, 1) << "a page is written for a few bytes";
}

TEST_P(EveryStrategyMeasured, TimesOfTheFilesAreAsManyAsTheCountersSay) {
  const ConfigurationResult result = measure(storage::Instrumentation::counts);
  EXPECT_EQ(samples(result, Segment::wal_sync), result.wal.wal_syncs);
  EXPECT_EQ(samples(result, Segment::db_sync), result.wal.db_syncs);
  EXPECT_EQ(samples(result, Segment::checkpoint), result.wal.checkpoints);
  EXPECT_GT(result.wal.checkpoints, 0);
  EXPECT_GE(result.wal.wal_writes, 2 * result.wal.frames);
  EXPECT_EQ(result.wal.db_writes * result.settings.page_size_bytes, result.wal.db_bytes_written);
}

TEST_P(EveryStrategyMeasured, TheLockIsTakenForEachCommitAndHeldNoLongerThanTheRun) {
  const ConfigurationResult result = measure(storage::Instrumentation::anatomy);
  const metrics::WriteLockWaits& lock = result.write_lock;
  EXPECT_TRUE(lock.has_timeline);
  const std::int64_t expected = result.commits + lock.stale;
  EXPECT_GE(lock.acquisitions, expected);
  EXPECT_GT(lock.lock_held_ns, 0);
  EXPECT_LE(lock.lock_held_ns, result.elapsed_ns);
  EXPECT_LE(lock.lock_free_longest_ns, result.elapsed_ns);
  EXPECT_EQ(lock.held_ns + lock.free_ns, lock.slept_ns);
  EXPECT_LE(lock.missed_ns, lock.slept_ns);
  EXPECT_LE(lock.waits, lock.sleeps);
  if (has_queue() || is_queued()) {
    EXPECT_EQ(lock.waits, 0) << "nobody waits in SQLite";
    EXPECT_EQ(lock.stale, 0);
    EXPECT_EQ(lock.acquisitions, result.commits);
  } else {
    // A connection that finds no index of the WAL, or a header half written, takes the lock once
    // more, to see to that.
    EXPECT_LE(lock.acquisitions, expected + 300);
  }
}

INSTANTIATE_TEST_SUITE_P(Named, EveryStrategyMeasured, testing::ValuesIn(storage::kStrategies),
                         [](const auto& strategy) {
                           std::string name(strategy.param.name);
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace walbench::engine
