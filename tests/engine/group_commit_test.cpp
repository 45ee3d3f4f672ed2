// Silent bugs these tests would catch: a strategy that is published as group commit and runs each
// lifecycle on a thread of its own, or with fewer in flight than it says; a lifecycle that goes on
// before its write is in the database, or whose write is lost between two groups; a warm-up that
// ends up in the log of acknowledgements.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <string>
#include <vector>

#include "engine/workload/lifecycle/lifecycle.hpp"
#include "storage/sqlite/database_files.hpp"
#include "tests/engine/sqlite_measurement.hpp"
#include "tests/support/measured_study.hpp"

namespace walbench::engine {
namespace {

using metrics::ConfigurationResult;
using metrics::Segment;
using std::chrono::milliseconds;
using test_support::samples;

/// A file name in a directory of its own, both gone at the end.
class NewFile {
 public:
  std::string path() const { return files_.database().string() + ".acks"; }
  ~NewFile() { ::unlink(path().c_str()); }

  std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    std::ifstream file(path());
    for (std::string line; std::getline(file, line);) {
      lines.push_back(line);
    }
    return lines;
  }

 private:
  storage::DatabaseFiles files_{std::nullopt};
};

/// Group commit, end to end, on a database on disk.
class GroupCommit : public SqliteMeasurement {
 protected:
  GroupCommit() {
    use("group-commit");
    plan_.threads = 20;
    plan_.files = 60;
    // No lifecycle can end before all of the first have begun: delays are served after that.
    plan_.api_delay = ApiDelay(milliseconds(1));
  }
};

TEST_F(GroupCommit, HasManyLifecyclesInFlightOnAFewThreads) {
  const ConfigurationResult result = measure();
  EXPECT_TRUE(result.verified);
  EXPECT_EQ(result.indexed_count, 60);
  EXPECT_EQ(result.concurrency.in_flight_peak, 20);
  EXPECT_LE(result.concurrency.os_threads, 4);
  EXPECT_GE(result.concurrency.os_threads, 3);
  EXPECT_GT(result.concurrency.in_flight_mean, 0);
  EXPECT_LE(result.concurrency.in_flight_mean, 20);
  EXPECT_EQ(result.concurrency.lifecycles_per_thread.size(), 3U);
  EXPECT_EQ(observer_.iterations.load(), 60);
}

TEST_F(GroupCommit, CommitsInGroupsAndLosesNoSample) {
  const ConfigurationResult result = measure();
  EXPECT_EQ(result.writes, 180);
  EXPECT_EQ(result.groups.writes, result.writes);
  EXPECT_EQ(result.groups.groups, result.commits);
  EXPECT_LT(result.commits, result.writes);
  EXPECT_LE(result.groups.size_max, 20);
  EXPECT_EQ(samples(result, Segment::fsm_net), 60);
  EXPECT_EQ(samples(result, Segment::transition), 180);
  EXPECT_EQ(result.main.samples_produced,
            result.main.samples_recorded + result.main.samples_out_of_range);
  EXPECT_EQ(result.unsaved_peak, 0) << "nothing is acknowledged before it is durable";
}

TEST_F(GroupCommit, AnApiThatFailsLeadsToTheSameRowsAsElsewhere) {
  plan_.api_fail_rate = 0.4;
  plan_.api_delay = ApiDelay::parse("uniform:0,2ms");
  const ConfigurationResult result = measure();
  EXPECT_TRUE(result.verified) << "every row has the version that its lifecycle led to";
  EXPECT_GT(result.api_failures, 0);
  EXPECT_GT(result.writes, 180);
  EXPECT_EQ(result.groups.writes, result.writes);
}

TEST_F(GroupCommit, AnApiThatAnswersAtOnceWorksOverTheWholeDatabase) {
  plan_.api_delay = {};
  plan_.files = 2'000;
  plan_.warmup_files = 100;
  const ConfigurationResult result = measure();
  EXPECT_TRUE(result.verified);
  EXPECT_EQ(result.writes, 6'000) << "the warm-up is not counted";
  EXPECT_EQ(result.groups.writes, 6'000);
  EXPECT_LE(result.concurrency.in_flight_peak, 20);
}

TEST_F(GroupCommit, EveryThreadThatRunsLifecyclesAnnouncesItself) {
  std::atomic<int> entered = 0;
  context_.on_worker_thread = [&] { entered.fetch_add(1); };
  measure();
  EXPECT_EQ(entered.load(), 3) << "two of the arena, and the committer";
}

TEST_F(GroupCommit, AStopEndsIt) {
  plan_.api_delay = ApiDelay(std::chrono::hours(1));
  context_.on_worker_thread = [this] { stop_.request_stop(); };
  EXPECT_THROW(measure(), RunInterrupted);
}

TEST_F(GroupCommit, AStopDuringTheMeasurementEndsItThoughEverybodyWaits) {
  plan_.api_delay = ApiDelay(std::chrono::hours(1));
  plan_.threads = 2'000;
  plan_.files = 2'000;
  plan_.warmup_files = 1;
  const std::jthread stopper([this] {
    while (observer_.now.load() != Phase::measure) {
      std::this_thread::yield();
    }
    stop_.request_stop();
  });
  EXPECT_THROW(measure(), RunInterrupted);
}

TEST_F(GroupCommit, LogsTheAcknowledgementsOfTheMeasurementAlone) {
  const NewFile log;
  AckLog acks(log.path());
  context_.acks = &acks;
  plan_.warmup_files = 30;
  measure();
  std::vector<std::string> lines = log.lines();
  EXPECT_EQ(lines.size(), 180U) << "of the warm-up, too";
  std::ranges::sort(lines);
  EXPECT_EQ(std::ranges::adjacent_find(lines), lines.end());
  EXPECT_THAT(lines, testing::Contains("/bench/file_0059.txt 3 indexed"));
}

TEST_F(GroupCommit, WhatAThreadedStrategyAcknowledgesIsLoggedAlike) {
  const NewFile log;
  AckLog acks(log.path());
  context_.acks = &acks;
  use("pooled-connection");
  plan_.warmup_files = 30;
  plan_.threads = 4;
  measure();
  EXPECT_EQ(log.lines().size(), 180U);
}

}  // namespace
}  // namespace walbench::engine
