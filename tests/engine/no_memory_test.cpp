// Would catch: std::terminate, a run that hangs or files that are left behind, if there is no
// memory for one allocation; whichever that is.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/workers/blocking_executor.hpp"
#include "engine/workers/suspending_executor.hpp"
#include "tests/support/failing_allocations.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/suspending_store.hpp"

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
  pool.meet([] {});  // oneTBB needs memory to start threads, and starts none later if it has none.
  ResumingThreads threads(pool, nullptr);
  const std::int64_t failed = fail_each_allocation_of_a_run([&](const auto& run) {
    test_support::SuspendingBehaviour behaviour;
    test_support::SuspendingStore store(behaviour, clock, threads);
    SuspendingExecutor executor(pool, threads, store, clock, 3);
    run(executor);
  });
  EXPECT_GT(failed, 10);
}

TEST(NoMemory, ForAPoolMakesNoneAndLeavesNoThreadWaiting) {
  const WorkerPool first(3);  // oneTBB, when it is first used, ends the process: see below.
  const std::int64_t failed = fail_each_allocation([] { const WorkerPool pool(3); }, [] {});
  EXPECT_GT(failed, 3);
}

/// Until it dies, a pool is made and meets, with one allocation that fails, ours or oneTBB's.
void starve_first_meetings() {
  fail_each_allocation([] { WorkerPool(3).meet([] {}); }, [] {});
}

TEST(NoMemoryDeathTest, InsideOneTbbEndsTheProcessAndHangsNoThread) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "libraries call the sanitizer's operator new, which does not fail";
#endif
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(starve_first_meetings(), "bad_alloc");
}

TEST(NoMemory, ForATaskOfAPoolEndsTheRunThoughOthersWaitForItsThread) {
  WorkerPool pool(3);
  pool.meet([] {});
  const std::int64_t failed = fail_each_allocation(
      [&] {
        pool.run(
            9, std::chrono::hours(1), [] {}, [](std::int64_t, std::size_t) {});
      },
      [] {});
  EXPECT_GT(failed, 3);
  EXPECT_EQ(pool.meet([] {}).threads_met, 3U) << "usable again";
}

TEST(NoMemory, ForAnIterationOfABlockingWorkerLikewise) {
  ManualClock clock;
  WorkerPool pool(1);
  pool.meet([] {});
  const std::int64_t failed = fail_each_allocation_of_a_run([&](const auto& run) {
    BlockingExecutor executor(pool, clock);
    run(executor);
  });
  EXPECT_GT(failed, 10);
}

}  // namespace
}  // namespace walbench::engine
