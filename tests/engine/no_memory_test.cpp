// Would catch: std::terminate, a run that hangs or files that are left behind, if there is no
// memory for one allocation; whichever that is.

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <new>
#include <vector>

#include "engine/workers/blocking_executor.hpp"
#include "engine/workers/suspending_executor.hpp"
#include "metrics/analysis/findings.hpp"
#include "metrics/publish/run_publication.hpp"
#include "tests/support/example_results.hpp"
#include "tests/support/failing_allocations.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/suspending_store.hpp"
#include "tests/support/temporary_folder.hpp"

namespace walbench::engine {
namespace {

using test_support::fail_each_allocation;
using test_support::ManualClock;

/// Each of its iterations needs memory for a frame, and for more.
class HungryBody final : public Body {
 public:
  Task iterate(std::int64_t number) override {
    const std::vector<std::int64_t> eaten(8, number);
    co_return;
  }
};

TEST(NoMemory, ForADriverOrAnIterationEndsTheRunWithThatError) {
  ManualClock clock;
  HungryBody body;
  const std::int64_t failed = fail_each_allocation(
      [&] {
        // Only the run is starved: of threads that cannot be started the system tells.
        const std::int64_t left = std::exchange(test_support::allocations_left, -1);
        WorkerPool pool(SuspendingExecutor::kPoolThreads);
        ResumingThreads threads(pool, nullptr);
        test_support::SuspendingBehaviour behaviour;
        test_support::SuspendingStore store(behaviour, clock, threads);
        SuspendingExecutor executor(pool, threads, store, clock, 3);
        test_support::allocations_left = left;
        executor.run(10, body, {});
        test_support::allocations_left = -1;
      },
      [] {});
  EXPECT_GT(failed, 10);
}

TEST(NoMemory, ForAnIterationOfABlockingWorkerLikewise) {
  ManualClock clock;
  HungryBody body;
  WorkerPool pool(1);
  BlockingExecutor executor(pool, clock);
  EXPECT_GT(fail_each_allocation([&] { executor.run(10, body, {}); }, [] {}), 10);
}

using NoMemoryToPublish = metrics::TemporaryFolderTest;

TEST_F(NoMemoryToPublish, LeavesNothingOfTheMeasurement) {
  const metrics::ResultsFolder folder(directory());
  metrics::RunResult run = metrics::full_run();
  run.mitigations = {metrics::measured_mitigation("a-mitigation", 2, 3)};
  const metrics::Findings findings = metrics::analyse(run);
  const std::int64_t failed =
      fail_each_allocation([&] { metrics::RunPublication(folder, run).publish(findings); },
                           [&] {
                             if (!names().empty())
                               ADD_FAILURE() << names().size() << " files were left behind";
                           });
  EXPECT_GT(failed, 100);
}

}  // namespace
}  // namespace walbench::engine
