// Silent bugs these tests would catch: busy sleeps charged to another thread, or to nobody, so that
// `busy_wait` explains a wait that was not there; a waiter that sits out its whole timeout although
// the run is over; counts that get lost when several threads write.

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "storage/sqlite/watch/counting_vfs.hpp"
#include "tests/storage/sqlite/test_database.hpp"

namespace walbench::storage {
namespace {

class CountingVfsThreads : public testing::Test {
 protected:
  CountingVfsThreads() {
    keeper_.query_text("PRAGMA journal_mode=WAL");
    keeper_.execute("CREATE TABLE t(k INTEGER PRIMARY KEY, v); INSERT INTO t VALUES(1, 0)");
    keeper_.query_int64("PRAGMA wal_checkpoint(TRUNCATE)");
    database_.vfs().restart_counting();
  }

  /// Asks for the write lock, waiting at most that long; the result code.
  int begin_immediate(int timeout_ms) {
    const Connection connection = database_.connect();
    sqlite3_busy_timeout(connection.handle(), timeout_ms);
    return connection.prepare("BEGIN IMMEDIATE").run();
  }

  TestDatabase database_;
  Connection keeper_ = database_.connect_uncounted();  ///< keeps the WAL alive
};

TEST_F(CountingVfsThreads, CountsTheBusyHandlersSleeps) {
  keeper_.execute("BEGIN IMMEDIATE");
  const ThreadBusyWait before = CountingVfs::thread_busy_wait();
  EXPECT_EQ(begin_immediate(5), SQLITE_BUSY);
  const ThreadBusyWait after = CountingVfs::thread_busy_wait();
  // SQLite sleeps 1 ms, 2 ms, and then what is left of the five.
  EXPECT_EQ(database_.vfs().lock_waits().busy_retries, 3);
  EXPECT_EQ(after.sleeps - before.sleeps, 3);
  EXPECT_GE(after.slept_ns - before.slept_ns, 5'000'000);
}

TEST_F(CountingVfsThreads, TheLongestWaitIsTheTimeoutOfWhoGaveUp) {
  keeper_.execute("BEGIN IMMEDIATE");
  EXPECT_EQ(begin_immediate(20), SQLITE_BUSY);
  EXPECT_EQ(database_.vfs().figures().busy_longest_us, 20'000);
  EXPECT_EQ(begin_immediate(7), SQLITE_BUSY);
  EXPECT_EQ(database_.vfs().figures().busy_longest_us, 20'000) << "a shorter one came after it";
  EXPECT_EQ(begin_immediate(45), SQLITE_BUSY);
  EXPECT_EQ(database_.vfs().figures().busy_longest_us, 45'000);
}

TEST_F(CountingVfsThreads, SleepsOfOneSeriesAddUpAndTheNextBeginsAnew) {
  CountingVfs& vfs = database_.vfs();
  const auto longest_us = [&vfs] { return vfs.figures().busy_longest_us; };
  EXPECT_EQ(longest_us(), 0);
  vfs.busy_sleep(CountingVfs::kFirstBusySleepUs);
  EXPECT_EQ(longest_us(), 1'000);
  vfs.busy_sleep(2'000);
  vfs.busy_sleep(5'000);
  EXPECT_EQ(longest_us(), 8'000);
  vfs.busy_sleep(CountingVfs::kFirstBusySleepUs);
  vfs.busy_sleep(2'000);
  EXPECT_EQ(longest_us(), 8'000) << "a second series was added to the first";
  vfs.busy_sleep(6'000);
  EXPECT_EQ(longest_us(), 9'000);
}

TEST_F(CountingVfsThreads, FractionsOfAMillisecondBelongToNoSeries) {
  CountingVfs& vfs = database_.vfs();
  vfs.busy_sleep(1);
  vfs.busy_sleep(1'500);
  EXPECT_EQ(vfs.figures().busy_longest_us, 0);
  vfs.busy_sleep(1'000);
  vfs.busy_sleep(39);
  vfs.busy_sleep(2'000);
  EXPECT_EQ(vfs.figures().busy_longest_us, 3'000);
  EXPECT_EQ(vfs.lock_waits().busy_retries, 5) << "they are sleeps all the same";
}

TEST_F(CountingVfsThreads, RestartCountingForgetsTheLongestWait) {
  CountingVfs& vfs = database_.vfs();
  vfs.busy_sleep(1'000);
  vfs.busy_sleep(4'000);
  vfs.restart_counting();
  EXPECT_EQ(vfs.figures().busy_longest_us, 0);
  vfs.busy_sleep(1'000);
  EXPECT_EQ(vfs.figures().busy_longest_us, 1'000);
}

TEST_F(CountingVfsThreads, TheSeriesOfTwoThreadsDoNotMix) {
  CountingVfs& vfs = database_.vfs();
  vfs.busy_sleep(1'000);
  vfs.busy_sleep(2'000);
  std::jthread([&vfs] {
    vfs.busy_sleep(1'000);
    vfs.busy_sleep(1'000 + 2'000);
  }).join();
  EXPECT_EQ(vfs.figures().busy_longest_us, 4'000);
  vfs.busy_sleep(5'000);
  EXPECT_EQ(vfs.figures().busy_longest_us, 8'000) << "another thread's series ended this one's";
}

TEST_F(CountingVfsThreads, NobodySleepsWhereNobodyWaits) {
  const ThreadBusyWait before = CountingVfs::thread_busy_wait();
  EXPECT_EQ(begin_immediate(5000), SQLITE_OK);
  keeper_.execute("BEGIN IMMEDIATE");
  EXPECT_EQ(begin_immediate(0), SQLITE_BUSY);
  EXPECT_EQ(CountingVfs::thread_busy_wait().sleeps, before.sleeps);
  EXPECT_EQ(CountingVfs::thread_busy_wait().slept_ns, before.slept_ns);
  EXPECT_EQ(database_.vfs().lock_waits().busy_retries, 0);
  EXPECT_EQ(database_.vfs().figures().busy_longest_us, 0);
}

TEST_F(CountingVfsThreads, ASleepIsTheSleepersAlone) {
  keeper_.execute("BEGIN IMMEDIATE");
  const ThreadBusyWait before = CountingVfs::thread_busy_wait();
  ThreadBusyWait of_the_waiter;
  std::jthread([&] {
    begin_immediate(5);
    of_the_waiter = CountingVfs::thread_busy_wait();
  }).join();
  EXPECT_EQ(CountingVfs::thread_busy_wait().sleeps, before.sleeps);
  EXPECT_EQ(CountingVfs::thread_busy_wait().slept_ns, before.slept_ns);
  EXPECT_EQ(of_the_waiter.sleeps, 3);
  EXPECT_GE(of_the_waiter.slept_ns, 5'000'000);
  EXPECT_EQ(database_.vfs().lock_waits().busy_retries, 3);
}

TEST_F(CountingVfsThreads, AWaiterGivesUpSoonAfterAnInterrupt) {
  constexpr int kTwoMinutesMs = 120'000;  // more than a thousand sleeps of at most 100 ms
  keeper_.execute("BEGIN IMMEDIATE");
  EXPECT_FALSE(database_.vfs().interrupted());
  std::atomic<int> code = SQLITE_OK;
  std::jthread waiter([&] { code = begin_immediate(kTwoMinutesMs); });
  while (database_.vfs().lock_waits().busy_retries == 0) {
    std::this_thread::yield();
  }
  database_.vfs().interrupt_waits();
  waiter.join();
  EXPECT_EQ(code.load(), SQLITE_BUSY);
  EXPECT_TRUE(database_.vfs().interrupted());
  EXPECT_LT(database_.vfs().lock_waits().busy_retries, 600);
}

TEST_F(CountingVfsThreads, AfterAnInterruptNobodySleepsAnyMore) {
  keeper_.execute("BEGIN IMMEDIATE");
  database_.vfs().interrupt_waits();
  const ThreadBusyWait before = CountingVfs::thread_busy_wait();
  EXPECT_EQ(begin_immediate(60'000), SQLITE_BUSY);
  EXPECT_EQ(CountingVfs::thread_busy_wait().sleeps, before.sleeps);
}

TEST_F(CountingVfsThreads, AnInterruptIsOneDatabasesAlone) {
  TestDatabase other;
  other.vfs().interrupt_waits();
  EXPECT_FALSE(database_.vfs().interrupted());
  keeper_.execute("BEGIN IMMEDIATE");
  EXPECT_EQ(begin_immediate(5), SQLITE_BUSY);
  EXPECT_EQ(database_.vfs().lock_waits().busy_retries, 3);
}

/// Several threads that each write rows through a connection of their own.
void write_rows(TestDatabase& database, int threads, int rows_each, int autocheckpoint_frames) {
  std::vector<std::jthread> writers;
  for (int thread = 0; thread < threads; ++thread) {
    writers.emplace_back([&database, rows_each, autocheckpoint_frames] {
      const Connection connection = database.connect();
      sqlite3_busy_timeout(connection.handle(), 60'000);
      connection.execute("PRAGMA synchronous=OFF");
      sqlite3_wal_autocheckpoint(connection.handle(), autocheckpoint_frames);
      for (int row = 0; row < rows_each; ++row) {
        connection.execute("INSERT INTO t(v) VALUES(randomblob(500))");
      }
    });
  }
}

TEST_F(CountingVfsThreads, NothingIsLostWhereSeveralThreadsWrite) {
  write_rows(database_, 4, 50, 0);
  const IoFigures figures = database_.vfs().figures();
  EXPECT_EQ(figures.wal.size_end_bytes, size_on_disk(database_.wal_path()));
  EXPECT_EQ(figures.wal.size_end_bytes, 32 + figures.wal.frames * (4096 + 24));
  EXPECT_EQ(figures.wal.growth_bytes, figures.wal.size_end_bytes);
  EXPECT_EQ(figures.wal.bytes_written, figures.wal.size_end_bytes);
  EXPECT_EQ(figures.wal.peak_bytes, figures.wal.size_end_bytes);
  EXPECT_EQ(keeper_.query_int64("SELECT count(*) FROM t"), 1 + 4 * 50);

  Statement checkpoint = keeper_.prepare("PRAGMA wal_checkpoint(PASSIVE)");
  checkpoint.step();
  EXPECT_EQ(checkpoint.column_int64(1), figures.wal.frames);
}

TEST_F(CountingVfsThreads, TheSizeIsRightWhereCheckpointsComeInBetween) {
  write_rows(database_, 4, 50, 5);
  const IoFigures figures = database_.vfs().figures();
  EXPECT_EQ(figures.wal.size_end_bytes, size_on_disk(database_.wal_path()));
  EXPECT_EQ(figures.wal.growth_bytes, figures.wal.size_end_bytes) << "it never shrank";
  EXPECT_EQ(figures.wal.peak_bytes, figures.wal.size_end_bytes);
  EXPECT_GT(figures.wal.checkpoints, 0);
  EXPECT_EQ(keeper_.query_text("PRAGMA integrity_check"), "ok");
}

}  // namespace
}  // namespace walbench::storage
