// Silent bugs these tests would catch: a pass that is over, and its store gone, while a thread is
// still on its way out of the store's queue, where it left the last write of a lifecycle that has
// ended elsewhere meanwhile. It shows once in many runs, as a crash or as nothing at all; under
// AddressSanitizer and ThreadSanitizer it shows here.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/workers/suspending_executor.hpp"
#include "storage/sqlite/database_files.hpp"
#include "storage/sqlite/strategy/sqlite_database.hpp"
#include "storage/strategies.hpp"
#include "tests/engine/workers/drivers_over_a_fake.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::engine {
namespace {

using std::chrono::microseconds;
using test_support::ManualClock;

using Next = storage::Resumer::Next;

/// Who resumes groups in a round: the committer, the arena, or both in turn.
std::function<Next()> next_of(int round) {
  if (round % 3 == 0) return [] { return Next::nothing; };
  if (round % 3 == 1) return [] { return Next::a_group; };
  return [turn = 0]() mutable { return ++turn % 2 == 0 ? Next::a_group : Next::nothing; };
}

using DriversComeAndGo = DriversOverAFake<ManualClock>;

TEST_F(DriversComeAndGo, AllThatTheyUseMayGoWhenThePassIsOver) {
  constexpr int kRounds = 300;
  constexpr std::int64_t kFiles = 6;
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE(round);
    behaviour_.next = next_of(round);
    api_behaviour_.delay = ApiDelay(microseconds(round % 2));
    versions_.clear();
    done_ = 0;
    const PassReport report = run(kFiles, 1 + static_cast<std::size_t>(round % 8));
    ASSERT_EQ(report.failure.what, "");
    ASSERT_EQ(report.totals.counts.writes, 3 * kFiles);
    expect_whole_lives(kFiles);
    expect_all_gone();
  }
}

TEST_F(DriversComeAndGo, AlsoWhereEachPassFails) {
  constexpr int kRounds = 200;
  behaviour_.on_write = [this](const storage::TransitionWrite&) {
    if (behaviour_.writes.load() == 7) throw storage::OccConflict("OCC conflict");
  };
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE(round);
    behaviour_.next = next_of(round);
    behaviour_.cancelled = false;
    behaviour_.writes = 0;
    const PassReport report = run(100, 1 + static_cast<std::size_t>(round % 8));
    ASSERT_EQ(report.totals.ended_in(storage::Outcome::conflict), 1);
    expect_all_gone();
  }
}

TEST(DriversOverADatabase, MayComeAndGo) {
  constexpr int kRounds = 40;
  constexpr std::int64_t kFiles = 20;
  const metrics::SteadyClock clock;
  const storage::DatabaseFiles files(std::nullopt);
  storage::LifecycleDatabase database(files.database(), {.files = kFiles},
                                      {.synchronous = storage::Synchronous::off});
  database.seed();
  const storage::Axes axes = storage::find_strategy("group-commit")->axes;
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE(round);
    database.reset();
    WorkerPool pool(SuspendingExecutor::kPoolThreads);
    ResumingThreads threads(pool, nullptr);
    const std::unique_ptr<storage::SuspendingStore> store = database->open_suspending_store(
        axes, {1, &clock, database.workload().statements()}, threads);
    SuspendingExecutor executor(pool, threads, *store, clock,
                                1 + static_cast<std::size_t>(round % 10));
    const LifecycleWorkload workload(
        {.files = kFiles, .api = {ApiDelay(microseconds(20 * (round % 4)))}}, clock, {});
    const PassOrder order = {.iterations = kFiles};
    const PassReport report = Pass(workload, *store, executor, clock, order).run({});
    ASSERT_EQ(report.failure.what, "");
    ASSERT_EQ(report.totals.counts.writes, 3 * kFiles);
  }
}

}  // namespace
}  // namespace walbench::engine
