// Silent bugs these tests would catch: a pass that goes on after a failure or a stop; a conflict
// that nobody counts; timings that get lost or are handed over for a lifecycle that failed; figures
// of concurrency that leave out what they claim to include.

#include "engine/workload/pass.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "engine/workers/blocking_executor.hpp"
#include "engine/workload/lifecycle/lifecycle.hpp"
#include "storage/sqlite/sqlite.hpp"
#include "tests/support/fake_database.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::engine {
namespace {

using metrics::Segment;
using metrics::TimingRecord;
using std::chrono::nanoseconds;
using storage::TransitionWrite;
using test_support::FakeBehaviour;
using test_support::FakeStore;
using test_support::ManualClock;
using testing::HasSubstr;

/// A pass of blocking workers over a fake store.
class PassTest : public testing::Test {
 protected:
  PassReport run(std::int64_t files, std::size_t threads = 1) {
    return run_failing(files, 0, threads);
  }

  /// As run(), with calls that fail at that rate.
  PassReport run_failing(std::int64_t files, double fail_rate, std::size_t threads) {
    WorkerPool pool(threads);
    FakeStore store(behaviour_);
    BlockingExecutor executor(pool, clock_);
    const LifecycleWorkload workload({.files = files, .api = failing(fail_rate)}, clock_,
                                     stop_.get_token());
    const PassOrder order = {
        .iterations = files, .queue = queue_, .on_done = [this] { done_.fetch_add(1); }};
    return Pass(workload, store, executor, clock_, order).run(stop_.get_token());
  }
  static ApiBehaviour failing(double fail_rate) {
    return {.delay = {}, .fail_rate = fail_rate, .seed = 42};
  }

  std::int64_t writes() const {
    return std::ranges::count_if(behaviour_.script.lines(), [](const std::string& line) {
      return line.starts_with("write ");
    });
  }

  static std::vector<TimingRecord> drain(metrics::TimingQueue& queue) {
    std::vector<TimingRecord> records(1000);
    records.resize(queue.drain(records));
    return records;
  }

  ManualClock clock_{nanoseconds(1)};
  std::stop_source stop_;
  FakeBehaviour behaviour_;
  metrics::TimingQueue* queue_ = nullptr;
  std::atomic<int> done_ = 0;
};

TEST_F(PassTest, RunsEachFileOnceFromHydrationToTheEndOfItsSession) {
  const PassReport report = run(2);
  EXPECT_EQ(behaviour_.script.lines(), (std::vector<std::string>{
                                           "write /bench/file_0000.txt untracked>uploading v0",
                                           "write /bench/file_0000.txt uploading>processing v1",
                                           "write /bench/file_0000.txt processing>indexed v2",
                                           "close session",
                                           "write /bench/file_0001.txt untracked>uploading v0",
                                           "write /bench/file_0001.txt uploading>processing v1",
                                           "write /bench/file_0001.txt processing>indexed v2",
                                           "close session",
                                           "close store",
                                       }));
  EXPECT_EQ(report.failure.what, "");
  EXPECT_EQ(report.totals.ended_in(storage::Outcome::conflict), 0);
  EXPECT_EQ(report.workers.threads_met, 1U);
  EXPECT_EQ(done_.load(), 2);
}

TEST_F(PassTest, OfManyThreadsEveryFileGoesItsWholeWay) {
  constexpr std::int64_t kFiles = 60;
  const PassReport report = run(kFiles, 6);
  EXPECT_EQ(report.failure.what, "");
  EXPECT_EQ(done_.load(), kFiles);
  std::vector<std::string> lines = behaviour_.script.lines();
  std::ranges::sort(lines);
  EXPECT_EQ(std::ranges::adjacent_find(lines,
                                       [](const std::string& one, const std::string& two) {
                                         return one == two && one.starts_with("write ");
                                       }),
            lines.end());
  EXPECT_EQ(writes(), 3 * kFiles);
}

TEST_F(PassTest, HandsTheTimingsOverToTheWorkersProducer) {
  metrics::TimingQueue queue(3);
  queue_ = &queue;
  behaviour_.connect_ns = 4711;
  behaviour_.close_ns = 815;
  run(20, 3);
  const std::vector<TimingRecord> records = drain(queue);
  ASSERT_EQ(records.size(), 20U);
  std::int64_t samples = 0;
  for (const TimingRecord& record : records) {
    EXPECT_EQ(record.value_ns(Segment::connect), 4711);
    EXPECT_EQ(record.value_ns(Segment::close), 815);
    EXPECT_TRUE(record.has(Segment::total_wall));
    samples += record.sample_count();
  }
  EXPECT_EQ(queue.samples_produced(), samples);
}

TEST_F(PassTest, TheLongestWaitIsTheLongestOfAllWritesInWhicheverLifecycle) {
  behaviour_.on_write = [this](const TransitionWrite& write) {
    const bool worst = write.file_path == "/bench/file_0002.txt" && write.version == 1;
    behaviour_.write_timings.lock_wait_ns = worst ? 900 : 500;
  };
  EXPECT_EQ(run(5).totals.counts.lock_wait_longest_ns, 900);
}

TEST_F(PassTest, BytesChangedAreThoseOfAllWrites) {
  std::atomic<std::int64_t> bytes = 0;
  behaviour_.on_write = [&](const TransitionWrite& write) {
    bytes.fetch_add(changed_bytes(write));
  };
  const PassReport report = run(30, 3);
  EXPECT_EQ(report.totals.counts.row_bytes_changed, bytes.load());
  EXPECT_GT(bytes.load(), 0);
}

TEST_F(PassTest, RetriesChangeBytesToo) {
  std::atomic<std::int64_t> bytes = 0;
  behaviour_.on_write = [&](const TransitionWrite& write) {
    bytes.fetch_add(changed_bytes(write));
  };
  const PassReport report = run_failing(30, 0.5, 3);
  ASSERT_GT(report.totals.counts.api_failures, 0);
  EXPECT_EQ(report.totals.counts.row_bytes_changed, bytes.load());
}

TEST_F(PassTest, WithoutAConnectionOfItsOwnALifecycleHasNoConnectSample) {
  metrics::TimingQueue queue(1);
  queue_ = &queue;
  run(1);
  const std::vector<TimingRecord> records = drain(queue);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_FALSE(records.front().has(Segment::connect));
}

TEST_F(PassTest, OpensTheSessionOfTheWorkerThatUsesIt) {
  std::atomic<bool> out_of_range = false;
  std::vector<std::atomic<int>> opened(4);
  behaviour_.on_open_session = [&](std::size_t worker) {
    if (worker >= opened.size()) out_of_range = true;
    opened[worker % opened.size()].fetch_add(1);
  };
  const PassReport report = run(40, 4);
  EXPECT_FALSE(out_of_range.load());
  for (std::size_t worker = 0; worker < opened.size(); ++worker) {
    EXPECT_EQ(opened[worker].load(), report.workers.items_by_worker[worker]);
  }
}

TEST_F(PassTest, AConflictIsCountedNamedAndEndsThePass) {
  metrics::TimingQueue queue(1);
  queue_ = &queue;
  behaviour_.on_write = [](const TransitionWrite& write) {
    if (write.file_path == "/bench/file_0002.txt" && write.to == LifecycleState::processing) {
      throw storage::OccConflict("OCC conflict");
    }
  };
  const PassReport report = run(5);
  EXPECT_EQ(report.totals.ended_in(storage::Outcome::conflict), 1);
  EXPECT_THAT(report.failure.what, HasSubstr("OCC conflict"));
  EXPECT_THAT(report.failure.what, HasSubstr("/bench/file_0002.txt"));
  EXPECT_THAT(report.failure.what, HasSubstr("uploading at version 1"));
  EXPECT_EQ(writes(), 3 + 3 + 2);
  EXPECT_EQ(drain(queue).size(), 2U) << "the failed lifecycle's timings are worth nothing";
  EXPECT_EQ(done_.load(), 2);
}

TEST_F(PassTest, AFailureOrAStopCancelsWhatWaitsInTheStore) {
  run(2);
  EXPECT_EQ(behaviour_.cancelled.load(), 0);
  behaviour_.on_write = [](const TransitionWrite&) { throw std::runtime_error("no more"); };
  run(2);
  EXPECT_EQ(behaviour_.cancelled.load(), 1);
  behaviour_.on_write = [this](const TransitionWrite&) { stop_.request_stop(); };
  run(2);
  EXPECT_EQ(behaviour_.cancelled.load(), 2);
}

TEST_F(PassTest, AnyOtherFailureNamesTheFileAndIsNoConflict) {
  behaviour_.on_write = [](const TransitionWrite& write) {
    if (write.file_path == "/bench/file_0001.txt") throw std::runtime_error("disk on fire");
  };
  const PassReport report = run(5);
  EXPECT_EQ(report.failure.what, "/bench/file_0001.txt: disk on fire");
  EXPECT_EQ(report.totals.ended_in(storage::Outcome::conflict), 0);
  EXPECT_EQ(writes(), 3 + 1);
}

TEST_F(PassTest, ASessionThatDoesNotOpenIsAFailureToo) {
  behaviour_.on_open_session = [](std::size_t) { throw std::runtime_error("no descriptors"); };
  const PassReport report = run(3);
  EXPECT_EQ(report.failure.what, "/bench/file_0000.txt: no descriptors");
  EXPECT_EQ(done_.load(), 0);
}

TEST_F(PassTest, OfSeveralFailuresOneIsKeptAndAllConflictsAreCounted) {
  // Both writers are inside before either fails, so the pass cannot end before the second one.
  std::atomic<int> inside = 0;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  behaviour_.on_write = [&](const TransitionWrite&) {
    inside.fetch_add(1);
    while (inside.load() < 2 && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
    throw storage::OccConflict("OCC conflict");
  };
  const PassReport report = run(2, 2);
  EXPECT_EQ(report.totals.ended_in(storage::Outcome::conflict), 2);
  EXPECT_TRUE(report.failure.what.starts_with("OCC conflict: '/bench/file_000"));
  EXPECT_EQ(report.failure.what.rfind("OCC conflict"), 0U) << "both: " << report.failure.what;
}

TEST_F(PassTest, AStopKeepsFurtherLifecyclesFromStarting) {
  behaviour_.on_write = [this](const TransitionWrite& write) {
    if (write.file_path == "/bench/file_0001.txt") stop_.request_stop();
  };
  const PassReport report = run(50);
  EXPECT_EQ(writes(), 3 + 1) << "the write under way comes to its end, no other begins";
  EXPECT_EQ(report.failure.what, "");
}

TEST_F(PassTest, NothingStartsAfterAStop) {
  stop_.request_stop();
  run(10);
  EXPECT_EQ(behaviour_.script.lines(), std::vector<std::string>{"close store"});
}

TEST_F(PassTest, PeakInFlightIsHowManyReallyWereThereAtOnce) {
  EXPECT_EQ(run(10).in_flight_peak, 1);

  std::atomic<int> inside = 0;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  behaviour_.on_write = [&](const TransitionWrite& write) {
    if (write.version != 0) return;
    inside.fetch_add(1);
    while (inside.load() < 4 && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
  };
  EXPECT_EQ(run(4, 4).in_flight_peak, 4);
}

TEST_F(PassTest, ResidenceIncludesTheConnectionAndElapsedRunsFromStartToEnd) {
  // One file, one thread: everything but these two advances is a step of 1 ns a reading.
  behaviour_.on_open_session = [this](std::size_t) { clock_.advance(nanoseconds(1'000'000)); };
  behaviour_.on_write = [this](const TransitionWrite&) { clock_.advance(nanoseconds(20'000)); };
  const PassReport report = run(1);
  // A reading on entry, ten in the lifecycle, one at the end of it; one each around the pass.
  EXPECT_EQ(report.residence_ns, 1'000'000 + 3 * 20'000 + 11);
  EXPECT_EQ(report.elapsed_ns, report.residence_ns + 2);
}

TEST_F(PassTest, ResidenceIsTheSumOverLifecycles) {
  behaviour_.on_write = [this](const TransitionWrite&) { clock_.advance(nanoseconds(1'000)); };
  EXPECT_EQ(run(7).residence_ns, 7 * (3'000 + 11));
}

TEST_F(PassTest, FlushesOnceAfterThePassAndCountsItsCommits) {
  behaviour_.write_timings.committed = false;
  behaviour_.on_flush = [this] {
    behaviour_.script.add("flush");
    clock_.advance(nanoseconds(5'000));
    return 2;
  };
  const PassReport report = run(2);
  const std::vector<std::string> lines = behaviour_.script.lines();
  EXPECT_EQ(std::ranges::count(lines, "flush"), 1);
  ASSERT_GE(lines.size(), 3U);
  EXPECT_EQ(lines[lines.size() - 3], "close session");
  EXPECT_EQ(lines[lines.size() - 2], "flush");
  EXPECT_EQ(report.totals.counts.writes, 6);
  EXPECT_EQ(report.totals.counts.commits, 2) << "no write committed anything by itself";
  EXPECT_GE(report.elapsed_ns, 5'000) << "until all that was written is durable";
}

TEST_F(PassTest, CommitsAreTheWritesAndTheFlushs) {
  behaviour_.on_flush = [] { return 1; };
  EXPECT_EQ(run(5, 2).totals.counts.commits, 5 * 3 + 1);
}

TEST_F(PassTest, NothingIsFlushedAfterAFailureOrAStop) {
  behaviour_.on_flush = [this] {
    behaviour_.script.add("flush");
    return 1;
  };
  behaviour_.on_write = [](const TransitionWrite&) { throw std::runtime_error("disk on fire"); };
  EXPECT_EQ(run(2).totals.counts.commits, 0);
  behaviour_.on_write = [this](const TransitionWrite&) { stop_.request_stop(); };
  run(2);
  EXPECT_THAT(behaviour_.script.lines(), testing::Not(testing::Contains("flush")));
}

TEST_F(PassTest, AFlushThatIsRefusedIsAFailureWithARemedy) {
  behaviour_.on_flush = []() -> std::int64_t {
    throw storage::SqliteError(nullptr, SQLITE_FULL, "COMMIT");
  };
  const PassReport report = run(1);
  EXPECT_TRUE(report.failure.what.starts_with("after the last iteration: COMMIT"))
      << report.failure.what;
  EXPECT_EQ(report.failure.remedy, storage::Remedy::free_space);
  EXPECT_EQ(report.totals.ended_in(storage::Outcome::conflict), 0);
}

TEST_F(PassTest, FailedCallsAreCountedAndEveryAttemptsSamplesArrive) {
  constexpr std::int64_t kFiles = 60;
  metrics::TimingQueue queue(3);
  queue_ = &queue;
  const PassReport report = run_failing(kFiles, 0.3, 3);
  std::int64_t upload_failures = 0;
  std::int64_t import_failures = 0;
  for (std::int64_t file = 0; file < kFiles; ++file) {
    const ApiFate fate = MockApi(clock_, failing(0.3), {}).fate(bench_file_path(file));
    upload_failures += fate.upload_failures;
    import_failures += fate.import_failures;
  }
  ASSERT_GT(upload_failures, 0);
  ASSERT_GT(import_failures, 0);
  EXPECT_EQ(report.failure.what, "");
  EXPECT_EQ(report.totals.counts.api_failures, upload_failures + import_failures);
  EXPECT_EQ(report.totals.counts.api_calls, 2 * kFiles + upload_failures + 2 * import_failures);
  EXPECT_EQ(report.totals.counts.writes, 3 * kFiles + 3 * upload_failures + 4 * import_failures);
  EXPECT_EQ(report.totals.counts.commits, report.totals.counts.writes);
  EXPECT_EQ(writes(), report.totals.counts.writes);
  EXPECT_EQ(done_.load(), kFiles);

  std::int64_t samples = 0;
  std::int64_t transitions = 0;
  std::int64_t failed_attempts = 0;
  std::int64_t attempts = 0;
  for (const TimingRecord& record : drain(queue)) {
    samples += record.sample_count();
    transitions += static_cast<std::int64_t>(record.transition_count());
    if (record.has(Segment::attempt)) ++attempts;
    if (record.has(Segment::failed_attempt)) ++failed_attempts;
  }
  EXPECT_EQ(samples, queue.samples_produced());
  EXPECT_EQ(transitions, report.totals.counts.writes);
  EXPECT_EQ(failed_attempts, report.totals.counts.api_failures);
  EXPECT_EQ(attempts, kFiles + report.totals.counts.api_failures);
}

}  // namespace
}  // namespace walbench::engine
