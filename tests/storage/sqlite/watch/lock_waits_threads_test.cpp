// Silent bugs these tests would catch: sleep that is neither held nor free, or both, when threads
// really meet; an acquisition that two threads count for one; a wait that is charged to another
// thread's, or lost between two of them.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "storage/sqlite/watch/lock_waits.hpp"
#include "tests/storage/sqlite/test_database.hpp"

namespace walbench::storage {
namespace {

constexpr int kThreads = 4;
constexpr int kCommitsEach = 150;
constexpr std::int64_t kHardlyEver = 10;
constexpr std::int64_t kShortestSleepNs = 1'000'000;

/// Four threads that write to one database by the real clock, each on a connection of its own. The
/// first one keeps the lock until somebody waits for it, so there are waits for certain.
class RealContention : public testing::TestWithParam<std::string> {
 protected:
  /// GetParam() begins each transaction.
  void contend() {
    std::latch opened(kThreads + 1);
    std::latch go(1);
    std::vector<std::jthread> writers;
    for (int thread = 0; thread < kThreads; ++thread) {
      writers.emplace_back([&, thread] {
        const Connection connection = open();
        opened.arrive_and_wait();
        go.wait();
        if (thread != 0) first_holds_.wait();
        const ThreadBusyWait before = CountingVfs::thread_busy_wait();
        for (int commit = 0; commit < kCommitsEach; ++commit) {
          write(connection, thread == 0 && commit == 0);
        }
        const ThreadBusyWait after = CountingVfs::thread_busy_wait();
        sleeps_.fetch_add(after.sleeps - before.sleeps);
        slept_ns_.fetch_add(after.slept_ns - before.slept_ns);
      });
    }
    opened.arrive_and_wait();
    vfs_.restart_counting();
    const std::int64_t began_ns = clock_.now_ns();
    go.count_down();
    writers.clear();
    elapsed_ns_ = clock_.now_ns() - began_ns;
  }

  Connection open() {
    Connection connection = database_.connect();
    sqlite3_busy_timeout(connection.handle(), 60'000);
    connection.execute("PRAGMA synchronous=OFF");
    connection.query_int64("SELECT count(*) FROM files");
    return connection;
  }

  void write(const Connection& connection, bool until_somebody_waits) {
    connection.execute(GetParam());
    connection.execute("UPDATE files SET mtime=coalesce(mtime,0)+1 WHERE rowid=1");
    if (until_somebody_waits) first_holds_.count_down();
    while (until_somebody_waits && vfs_.lock_waits().busy_retries == 0) {
      std::this_thread::yield();
    }
    connection.execute("COMMIT");
  }

  TestDatabase database_{3};
  CountingVfs& vfs_ = database_.vfs();
  Connection keeper_ = database_.connect_uncounted();  ///< keeps the WAL and its index alive
  metrics::SteadyClock clock_;
  std::latch first_holds_{1};
  std::atomic<std::int64_t> sleeps_ = 0;    ///< of all threads, as each knows of itself
  std::atomic<std::int64_t> slept_ns_ = 0;  ///< likewise
  std::int64_t elapsed_ns_ = 0;
};

TEST_P(RealContention, EveryNanosecondSleptWasEitherHeldOrFree) {
  vfs_.keep_lock_timeline();
  contend();
  const LockWaitFigures found = vfs_.lock_waits();
  EXPECT_GT(found.waits.slept_ns, 0);
  EXPECT_EQ(found.waits.held_ns + found.waits.free_ns, found.waits.slept_ns);
  EXPECT_GT(found.waits.held_ns, 0) << "the first of them kept it while others slept";
  EXPECT_GE(found.waits.free_ns, 0);
  EXPECT_LE(found.waits.missed_ns, found.waits.slept_ns);
  EXPECT_GE(found.waits.missed_ns, found.waits.free_ns) << "free time comes after the first chance";
  EXPECT_GE(found.waits.slept_ns, found.waits.sleeps * kShortestSleepNs);
}

TEST_P(RealContention, TheLockIsTakenForEachCommitAndHeldNoLongerThanTimePasses) {
  vfs_.keep_lock_timeline();
  contend();
  const LockWaitFigures found = vfs_.lock_waits();
  // A reader that met a header half written takes it once more, to read that in peace.
  EXPECT_GE(found.waits.acquisitions, kThreads * kCommitsEach + found.waits.stale);
  EXPECT_LE(found.waits.acquisitions, kThreads * (kCommitsEach + kHardlyEver) + found.waits.stale);
  EXPECT_GT(found.waits.lock_held_ns, 0);
  EXPECT_LE(found.waits.lock_held_ns, elapsed_ns_);
  EXPECT_LE(found.waits.lock_held_ns + found.waits.lock_free_longest_ns, elapsed_ns_);
  EXPECT_EQ(keeper_.query_int64("SELECT mtime FROM files WHERE rowid=1"), kThreads * kCommitsEach);
}

TEST_P(RealContention, EveryWaitIsInEachHistogramAndHasSlept) {
  vfs_.keep_lock_timeline();
  contend();
  const LockWaitFigures found = vfs_.lock_waits();
  EXPECT_GT(found.waits.waits, 0);
  EXPECT_LE(found.waits.waits, found.waits.sleeps);
  EXPECT_LE(found.waits.waits, found.waits.acquisitions);
  EXPECT_EQ(found.gave_up, 0);
  EXPECT_EQ(found.asked_ns.total_count(), found.waits.waits);
  EXPECT_LE(found.waits.overtaken_max, (kThreads - 1) * kCommitsEach) << "nobody overtakes himself";
  EXPECT_LE(found.waits.sleeps, sleeps_.load());
  EXPECT_EQ(sleeps_.load(), vfs_.lock_waits().busy_retries);
}

TEST_P(RealContention, WithoutATimelineASleepIsWhatItsThreadSlept) {
  contend();
  const LockWaitFigures found = vfs_.lock_waits();
  EXPECT_GT(found.waits.waits, 0);
  EXPECT_GE(found.waits.slept_ns, found.waits.sleeps * kShortestSleepNs);
  // A reader that races with a writer sleeps, too: for fractions of a millisecond, which are no
  // part of a wait for the write lock.
  const std::int64_t for_others = sleeps_.load() - found.waits.sleeps;
  EXPECT_GE(for_others, 0);
  EXPECT_EQ(found.waits.slept_ns == slept_ns_.load(), for_others == 0);
  EXPECT_LE(found.waits.slept_ns, slept_ns_.load());
  EXPECT_EQ(found.waits.acquisitions, 0);
  EXPECT_EQ(found.waits.lock_held_ns, 0);
}

INSTANTIATE_TEST_SUITE_P(Begin, RealContention, testing::Values("BEGIN IMMEDIATE", "BEGIN"),
                         [](const auto& begin) {
                           return std::string(begin.param) == "BEGIN" ? "Deferred" : "Immediate";
                         });

}  // namespace
}  // namespace walbench::storage
