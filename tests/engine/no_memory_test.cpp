// Would catch: std::terminate, a run that hangs or files that are left behind, if there is no
// memory for one allocation; whichever that is.

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
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

/// Runs ten iterations that want memory on what `make` makes. Only the run is starved: threads that
/// cannot be started are another matter.
template <typename Make>
std::int64_t fail_each_allocation_of_a_run(const Make& make) {
  return fail_each_allocation(
      [&] {
        std::int64_t left = std::exchange(test_support::allocations_left, -1);
        make([&left](Executor& executor) {
          HungryBody body;
          test_support::allocations_left = left;
          executor.run(10, body, {});
          left = std::exchange(test_support::allocations_left, -1);
        });
        test_support::allocations_left = left;
      },
      [] {});
}

TEST(NoMemory, ForADriverOrAnIterationEndsTheRunWithThatError) {
  ManualClock clock;
  WorkerPool pool(SuspendingExecutor::kPoolThreads);
  ResumingThreads threads(pool, nullptr);
  const std::int64_t failed = fail_each_allocation_of_a_run([&](const auto& run) {
    test_support::SuspendingBehaviour behaviour;
    test_support::SuspendingStore store(behaviour, clock, threads);
    SuspendingExecutor executor(pool, threads, store, clock, 3);
    run(executor);
  });
  EXPECT_GT(failed, 10);
}

TEST(NoMemory, ForAnIterationOfABlockingWorkerLikewise) {
  ManualClock clock;
  WorkerPool pool(1);
  const std::int64_t failed = fail_each_allocation_of_a_run([&](const auto& run) {
    BlockingExecutor executor(pool, clock);
    run(executor);
  });
  EXPECT_GT(failed, 10);
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
