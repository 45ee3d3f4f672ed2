#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/workers/suspending_executor.hpp"
#include "engine/workload/lifecycle/lifecycle.hpp"
#include "engine/workload/pass.hpp"
#include "metrics/clock.hpp"
#include "tests/support/suspending_store.hpp"

namespace walbench::engine {

/// Passes of a suspending executor over a store that suspends and has no database, at some clock.
template <typename ClockType>
class DriversOverAFake : public testing::Test {
 protected:
  DriversOverAFake() {
    behaviour_.on_write = [this](const storage::TransitionWrite& write) { note(write); };
  }

  /// Builds everything, makes a pass over that many files for each of `passes`, and takes all down.
  std::vector<PassReport> run_passes(const std::vector<std::int64_t>& passes,
                                     std::size_t in_flight) {
    WorkerPool pool(SuspendingExecutor::kPoolThreads, [this] { threads_entered_.fetch_add(1); });
    ResumingThreads threads(pool, [this] { threads_entered_.fetch_add(1); });
    test_support::SuspendingStore store(behaviour_, clock_, threads);
    SuspendingExecutor executor(pool, threads, store, clock_, in_flight);
    const LifecycleWorkload workload({.files = std::ranges::max(passes), .api = api_behaviour_},
                                     clock_, stop_.get_token());
    std::vector<PassReport> reports;
    for (const std::int64_t files : passes) {
      const PassOrder order = {
          .iterations = files, .queue = queue_, .on_done = [this] { on_done(); }};
      reports.push_back(Pass(workload, store, executor, clock_, order).run(stop_.get_token()));
    }
    return reports;
  }
  PassReport run(std::int64_t files, std::size_t in_flight) {
    return run_passes({files}, in_flight).front();
  }

  /// Every file of [0, files) was written from its first version to its last, once.
  void expect_whole_lives(std::int64_t files) const {
    ASSERT_EQ(versions_.size(), static_cast<std::size_t>(files));
    for (const auto& [path, versions] : versions_) {
      ASSERT_EQ(versions, (std::vector<std::int64_t>{0, 1, 2})) << path;
    }
    EXPECT_EQ(done_.load(), files);
  }

  /// Nothing of a pass is left: no lifecycle's frame, no write in the queue, nobody expected.
  void expect_all_gone() const {
    EXPECT_EQ(behaviour_.sessions.load(), 0);
    EXPECT_EQ(behaviour_.queued.load(), 0);
    EXPECT_EQ(behaviour_.expected.load(), 0);
    EXPECT_GE(behaviour_.expected_lowest.load(), 0);
    EXPECT_FALSE(behaviour_.gave_up.load()) << "fewer wrote than were expected";
  }

  std::size_t threads_seen() const {
    const std::lock_guard lock(mutex_);
    return threads_.size();
  }

  ClockType clock_;
  std::stop_source stop_;
  test_support::SuspendingBehaviour behaviour_;
  ApiBehaviour api_behaviour_;
  metrics::TimingQueue* queue_ = nullptr;
  std::atomic<std::int64_t> done_ = 0;
  std::atomic<int> threads_entered_ = 0;
  std::map<std::string, std::vector<std::int64_t>> versions_;  ///< the committer's, during a pass

 private:
  void note(const storage::TransitionWrite& write) {
    versions_[std::string(write.file_path)].push_back(write.version);
  }
  void on_done() {
    done_.fetch_add(1);
    const std::lock_guard lock(mutex_);
    threads_.insert(std::this_thread::get_id());
  }

  mutable std::mutex mutex_;
  std::set<std::thread::id> threads_;  // guarded by mutex_: those that ended a lifecycle
};

}  // namespace walbench::engine
