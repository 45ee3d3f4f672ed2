// Silent bugs these tests would catch: a file that no driver takes, or two; fewer lifecycles in
// flight than asked for, so that groups are smaller than they could be; a store that waits for
// writers who wait for the API; a delay that blocks one of the few threads; timings that get lost
// because no worker hands them over.

#include "engine/workers/suspending_executor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <numeric>
#include <thread>
#include <vector>

#include "engine/workload/lifecycle/schema.hpp"
#include "tests/engine/workers/drivers_over_a_fake.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/held_clock.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::engine {
namespace {

using metrics::Segment;
using metrics::TimingRecord;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using test_support::eventually;
using test_support::HeldClock;
using test_support::ManualClock;
using testing::Each;

using Next = storage::Resumer::Next;

std::int64_t sum(const std::vector<std::int64_t>& values) {
  return std::accumulate(values.begin(), values.end(), std::int64_t{0});
}

using SuspendingExecutorTest = DriversOverAFake<ManualClock>;

TEST_F(SuspendingExecutorTest, EveryFileGoesItsWholeWayOnce) {
  constexpr std::int64_t kFiles = 500;
  const PassReport report = run(kFiles, 40);
  EXPECT_EQ(report.failure.what, "");
  expect_whole_lives(kFiles);
  expect_all_gone();
  EXPECT_EQ(report.totals.counts.writes, 3 * kFiles);
  EXPECT_EQ(report.totals.counts.api_calls, 2 * kFiles);
  EXPECT_EQ(report.totals.ended_in(storage::Outcome::conflict), 0);
  EXPECT_LE(report.in_flight_peak, 40);
  EXPECT_LE(behaviour_.sessions_peak.load(), 40);
}

TEST_F(SuspendingExecutorTest, SoDoTheyIfGroupsAreHandedToThePool) {
  constexpr std::int64_t kFiles = 500;
  int turn = 0;
  behaviour_.next = [&turn] { return ++turn % 3 == 0 ? Next::nothing : Next::a_group; };
  const PassReport report = run(kFiles, 40);
  EXPECT_EQ(report.failure.what, "");
  expect_whole_lives(kFiles);
  expect_all_gone();
}

TEST_F(SuspendingExecutorTest, AsManyAreInFlightAsAskedAndNoMore) {
  behaviour_.wait_for_all_expected = true;
  const PassReport report = run(60, 20);
  EXPECT_EQ(report.in_flight_peak, 20);
  EXPECT_EQ(behaviour_.sessions_peak.load(), 20);
  EXPECT_EQ(behaviour_.expected_peak.load(), 20);
  // Who ended a file's life goes on with the next one's, so that groups stay whole.
  EXPECT_EQ(behaviour_.groups.size(), 9U);
  EXPECT_THAT(behaviour_.groups, Each(20U));
  EXPECT_EQ(report.totals.counts.commits, 9) << "one for each group";
  expect_whole_lives(60);
  expect_all_gone();
}

TEST_F(SuspendingExecutorTest, GroupsShrinkAsDriversEnd) {
  behaviour_.wait_for_all_expected = true;
  run(5, 3);
  EXPECT_EQ(behaviour_.groups, (std::vector<std::size_t>{3, 3, 3, 2, 2, 2}));
  expect_all_gone();
}

TEST_F(SuspendingExecutorTest, OfFewerFilesThanDriversEachHasOne) {
  behaviour_.wait_for_all_expected = true;
  const PassReport report = run(3, 10);
  EXPECT_EQ(report.in_flight_peak, 3);
  EXPECT_EQ(behaviour_.expected_peak.load(), 3);
  EXPECT_EQ(behaviour_.groups, (std::vector<std::size_t>{3, 3, 3}));
  expect_whole_lives(3);
  expect_all_gone();
}

TEST_F(SuspendingExecutorTest, OneDriverTakesOneFileAfterTheOther) {
  const PassReport report = run(20, 1);
  EXPECT_EQ(report.in_flight_peak, 1);
  EXPECT_EQ(behaviour_.sessions_peak.load(), 1);
  expect_whole_lives(20);
  expect_all_gone();
}

TEST_F(SuspendingExecutorTest, WithoutFilesThePassIsOverAtOnce) {
  const PassReport report = run(0, 10);
  EXPECT_EQ(report.failure.what, "");
  EXPECT_EQ(report.in_flight_peak, 0);
  EXPECT_EQ(behaviour_.sessions_opened.load(), 0);
  EXPECT_EQ(behaviour_.expected_peak.load(), 0);
  expect_all_gone();
}

TEST_F(SuspendingExecutorTest, CountsItsThreadsAndWhatEachEnded) {
  behaviour_.own_threads = 7;
  behaviour_.next = [] { return Next::a_group; };
  const PassReport handed_over = run(30, 5);
  EXPECT_EQ(handed_over.workers.threads_met, SuspendingExecutor::kPoolThreads + 7);
  EXPECT_EQ(handed_over.workers.items_by_worker, (std::vector<std::int64_t>{0, 30, 0}));
  EXPECT_EQ(handed_over.workers.items_stolen, 0);

  behaviour_.next = [] { return Next::nothing; };
  EXPECT_EQ(run(30, 5).workers.items_by_worker, (std::vector<std::int64_t>{0, 0, 30}));
}

TEST_F(SuspendingExecutorTest, OneExecutorMakesOnePassAfterAnother) {
  metrics::TimingQueue queue(SuspendingExecutor::kPoolThreads + 1);
  queue_ = &queue;
  behaviour_.wait_for_all_expected = true;
  const std::vector<PassReport> reports = run_passes({7, 0, 30, 30}, 10);
  EXPECT_EQ(done_.load(), 67);
  EXPECT_EQ(reports[0].in_flight_peak, 7);
  EXPECT_EQ(reports[2].in_flight_peak, 10);
  EXPECT_EQ(reports[3].totals.counts.writes, 90);
  EXPECT_EQ(sum(reports[0].workers.items_by_worker), 7);
  EXPECT_EQ(sum(reports[1].workers.items_by_worker), 0);
  EXPECT_EQ(sum(reports[3].workers.items_by_worker), 30) << "the earlier passes' counted again";
  expect_all_gone();
}

TEST_F(SuspendingExecutorTest, EveryLifecyclesTimingsArrive) {
  constexpr std::int64_t kFiles = 200;
  metrics::TimingQueue queue(SuspendingExecutor::kPoolThreads + 1);
  queue_ = &queue;
  api_behaviour_ = {.delay = ApiDelay::parse("exp:5ms"), .fail_rate = 0.3, .seed = 42};
  behaviour_.next = [] { return Next::a_group; };
  const PassReport report = run(kFiles, 50);
  EXPECT_EQ(report.failure.what, "");

  std::int64_t upload_failures = 0;
  std::int64_t import_failures = 0;
  for (std::int64_t file = 0; file < kFiles; ++file) {
    const ApiFate fate = MockApi(clock_, api_behaviour_, {}).fate(bench_file_path(file));
    upload_failures += fate.upload_failures;
    import_failures += fate.import_failures;
  }
  ASSERT_GT(upload_failures * import_failures, 0);
  EXPECT_EQ(report.totals.counts.api_failures, upload_failures + import_failures);
  EXPECT_EQ(report.totals.counts.writes, 3 * kFiles + 3 * upload_failures + 4 * import_failures);

  std::vector<TimingRecord> records(10'000);
  records.resize(queue.drain(records));
  std::int64_t samples = 0;
  std::int64_t transitions = 0;
  std::int64_t whole_lives = 0;
  for (const TimingRecord& record : records) {
    samples += record.sample_count();
    transitions += static_cast<std::int64_t>(record.transition_count());
    if (record.has(Segment::total_wall)) ++whole_lives;
  }
  EXPECT_EQ(whole_lives, kFiles);
  EXPECT_EQ(transitions, report.totals.counts.writes);
  EXPECT_EQ(std::ssize(records), kFiles + report.totals.counts.api_failures);
  EXPECT_EQ(samples, queue.samples_produced());
  expect_all_gone();
}

TEST_F(SuspendingExecutorTest, WithTheLastLifecycleWhatIsNotDurableIsFlushed) {
  std::int64_t writes_at_flush = -1;
  behaviour_.on_flush = [&] {
    writes_at_flush = behaviour_.writes.load();
    return 5;
  };
  behaviour_.wait_for_all_expected = true;
  EXPECT_EQ(run(4, 4).totals.counts.commits, 3 + 5);
  EXPECT_EQ(writes_at_flush, 12);
}

class DriversAtAHeldClock : public DriversOverAFake<HeldClock> {
 protected:
  bool all_wait_for_the_api_after(std::int64_t writes) const {
    return eventually(
        [&] { return behaviour_.writes.load() == writes && behaviour_.expected.load() == 0; });
  }
};

TEST_F(DriversAtAHeldClock, WhoWaitsForTheApiIsNotExpectedToWrite) {
  constexpr std::int64_t kFiles = 5;
  behaviour_.wait_for_all_expected = true;
  api_behaviour_.delay = ApiDelay(milliseconds(10));
  PassReport report;
  std::jthread pass([&] { report = run(kFiles, kFiles); });
  for (const std::int64_t writes : {kFiles, 2 * kFiles}) {
    EXPECT_TRUE(all_wait_for_the_api_after(writes));
    EXPECT_EQ(behaviour_.sessions.load(), kFiles) << "all of them are still in flight";
    clock_.advance(milliseconds(10));
  }
  pass.join();
  EXPECT_EQ(report.failure.what, "");
  expect_whole_lives(kFiles);
  expect_all_gone();
}

TEST_F(DriversAtAHeldClock, TenThousandWaitForTheApiOnAFewThreads) {
  constexpr std::int64_t kFiles = 10'000;
  api_behaviour_.delay = ApiDelay(milliseconds(2000));
  PassReport report;
  std::jthread pass([&] { report = run(kFiles, kFiles); });
  for (const std::int64_t writes : {kFiles, 2 * kFiles}) {
    EXPECT_TRUE(all_wait_for_the_api_after(writes));
    clock_.advance(milliseconds(2000));
  }
  pass.join();
  EXPECT_EQ(report.failure.what, "");
  EXPECT_EQ(report.in_flight_peak, kFiles);
  EXPECT_EQ(report.elapsed_ns, 2 * nanoseconds(milliseconds(2000)).count());
  EXPECT_EQ(clock_.sleeps(), 0) << "somebody blocked";
  EXPECT_EQ(threads_entered_.load(), 3) << "two of the pool, and the committer";
  EXPECT_LE(threads_seen(), 3U);
  expect_whole_lives(kFiles);
  expect_all_gone();
}

}  // namespace
}  // namespace walbench::engine
