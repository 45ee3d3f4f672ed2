// Silent bugs these tests would catch: SQLITE_BUSY that ends a run of lifecycles, or is counted as
// success; a database that is said to be as acknowledged although a given-up file went on; a
// strategy that acknowledges what it then loses when another one holds the lock.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "metrics/analysis/limit_verdicts.hpp"
#include "tests/engine/fake_measurement.hpp"
#include "tests/engine/sqlite_measurement.hpp"

namespace walbench::engine {
namespace {

using metrics::ConfigurationResult;
using std::chrono::milliseconds;
using testing::Contains;
using testing::HasSubstr;

storage::StorageError locked() {
  return {"the database is locked", storage::ErrorKind::busy, storage::Remedy::wait_longer};
}

using FakeLifecycleOutcomes = FakeMeasurement<>;

TEST_F(FakeLifecycleOutcomes, AreCountedAndTheRunGoesOn) {
  files(10);
  behaviour_.on_write = [](const storage::TransitionWrite& write) {
    if (write.file_path.ends_with("3.txt") && write.version == 2) throw locked();
  };
  const ConfigurationResult result = measure();
  EXPECT_EQ(result.iterations, 9);
  EXPECT_EQ(result.given_up, (metrics::GivenUp{.busy = 1}));
  EXPECT_DOUBLE_EQ(result.failed_share(), 0.1);
  EXPECT_EQ(result.writes, 9 * 3 + 2);
  ASSERT_EQ(result.failures.size(), 1U);
  EXPECT_EQ(result.failures.front().statement,
            "complete_processing: UPDATE from processing to indexed");
  EXPECT_EQ(result.main.find(metrics::Segment::total_wall)->total_count(), 9);
  const metrics::Stream* const busy = result.find_stream("busy");
  ASSERT_NE(busy, nullptr);
  EXPECT_EQ(busy->find(metrics::Segment::total_wall)->total_count(), 1);
}

TEST_F(FakeLifecycleOutcomes, NoConnectionIsAnOutcomeToo) {
  files(5);
  plan_.retry.max_tries = 2;
  behaviour_.on_open_session = [opened = 0](std::size_t /*worker*/) mutable {
    ++opened;
    // The first file's first try, and both of the third's.
    if (opened == 1 || opened == 4 || opened == 5) throw locked();
  };
  const ConfigurationResult result = measure();
  EXPECT_EQ(result.iterations, 4);
  EXPECT_EQ(result.given_up.busy, 1);
  EXPECT_THAT(result.tries, testing::ElementsAre(3, 2));
  ASSERT_EQ(result.failures.size(), 1U);
  EXPECT_EQ(result.failures.front().statement, "opening a connection");
  EXPECT_EQ(result.failures.front().count, 3);
}

TEST_F(FakeLifecycleOutcomes, OtherRefusalsOfAConnectionEndTheRun) {
  behaviour_.on_open_session = [](std::size_t /*worker*/) {
    throw storage::StorageError("no descriptor is left", storage::ErrorKind::cannot_open);
  };
  EXPECT_THAT(failure(), HasSubstr("no descriptor is left"));
}

/// Lifecycles on a database on disk, of a strategy.
class LifecycleOutcomes : public SqliteMeasurement,
                          public testing::WithParamInterface<std::string_view> {
 protected:
  LifecycleOutcomes() {
    use(GetParam());
    plan_.settings.busy_timeout = milliseconds(0);
    plan_.threads = 6;
    plan_.files = 120;
    plan_.warmup_files = 6;
    plan_.api_delay = ApiDelay(std::chrono::microseconds(200));
  }

  void expect_every_file_counted(const ConfigurationResult& result) const {
    EXPECT_TRUE(result.verified);
    EXPECT_EQ(*result.iterations + result.given_up.busy, plan_.files);
    EXPECT_EQ(result.given_up.all(), result.given_up.busy);
    EXPECT_EQ(result.indexed_count, *result.iterations);
    std::int64_t at_once = 0;
    std::int64_t refused = 0;
    for (const metrics::StatementFailures& each : result.failures) {
      EXPECT_EQ(each.outcome, "busy");
      at_once += each.at_once;
      refused += each.count;
    }
    // With a timeout of 0 nobody waits, but SQLite pauses where the WAL changes while it begins to
    // read.
    EXPECT_GE(100 * at_once, 98 * refused);
    EXPECT_GE(refused, result.given_up.busy);
  }
};

/// Another connection that takes the write lock again and again, for a while each time, from the
/// moment on at which there is something to write to.
class Intruder {
 public:
  explicit Intruder(std::string database)
      : thread_([this, path = std::move(database)] { run(path); }) {}
  Intruder(const Intruder&) = delete;
  Intruder& operator=(const Intruder&) = delete;
  ~Intruder() {
    ending_ = true;
    thread_.join();
  }

 private:
  void run(const std::string& path) {
    sqlite3* db = nullptr;
    sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr);
    while (!ending_) {
      if (sqlite3_exec(db, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK) {
        std::this_thread::sleep_for(std::chrono::microseconds(300));
        sqlite3_exec(db, "ROLLBACK", nullptr, nullptr, nullptr);
      }
      std::this_thread::sleep_for(std::chrono::microseconds(300));
    }
    sqlite3_close(db);
  }

  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

/// Begins to intrude when measuring begins.
class IntrudingObserver final : public RunObserver {
 public:
  explicit IntrudingObserver(std::string database) : database_(std::move(database)) {}
  void phase_begins(std::size_t /*measurement*/, Phase phase) override {
    if (phase == Phase::measure) intruder_ = std::make_unique<Intruder>(database_);
    if (phase == Phase::drain) intruder_.reset();
  }
  void lifecycle_done() override {}
  void measurement_done(std::size_t /*measurement*/) override {}

 private:
  std::string database_;
  std::unique_ptr<Intruder> intruder_;
};

TEST_P(LifecycleOutcomes, WithoutATimeoutTheDatabaseHoldsWhatWasAcknowledged) {
  IntrudingObserver intruding(files_.database().string());
  context_.observer = &intruding;
  // A machine may be so slow that the intruder never meets anybody.
  for (int round = 0; round < 20; ++round) {
    const ConfigurationResult result = measure();
    expect_every_file_counted(result);
    if (result.given_up.busy == 0) continue;
    EXPECT_THAT(metrics::judge(result),
                Contains(testing::Field(&metrics::LimitVerdict::limit, "indexed")));
    return;
  }
  ADD_FAILURE() << "nobody met the intruder";
}

TEST_P(LifecycleOutcomes, TriesBringEveryFileHome) {
  plan_.retry.max_tries = 0;
  const ConfigurationResult result = measure();
  expect_every_file_counted(result);
  EXPECT_EQ(result.given_up.busy, 0);
  EXPECT_EQ(result.indexed_count, plan_.files);
}

INSTANTIATE_TEST_SUITE_P(Strategies, LifecycleOutcomes,
                         testing::Values("per-file", "pooled-connection", "reduced-guards",
                                         "begin-immediate", "constant-retry", "fair-queue",
                                         "shared-connection", "batch", "writer-thread",
                                         "group-commit"),
                         [](const auto& strategy) {
                           std::string name(strategy.param);
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace walbench::engine
