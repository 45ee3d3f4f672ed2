// Silent bugs these tests would catch: a sync or a checkpoint that is counted and has no time, or
// the other way round, so that a histogram tells of fewer than the counters do; a write counted
// twice; a histogram that keeps what was before the measurement.

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "storage/sqlite/watch/counting_vfs.hpp"
#include "tests/storage/sqlite/test_database.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::storage {
namespace {

using std::chrono::microseconds;
using test_support::ManualClock;

constexpr std::int64_t kPageBytes = 4096;
constexpr std::int64_t kWalHeaderBytes = 32;
constexpr std::int64_t kFrameBytes = kPageBytes + 24;

/// A table with one row, whose commits write one page each, and empty counts.
class IoTimesTest : public testing::Test {
 protected:
  IoTimesTest() = default;
  explicit IoTimesTest(const metrics::Clock& clock) : vfs_(clock) {}

  Connection open(const std::string& synchronous, int autocheckpoint_frames) {
    Connection connection(files_.database().string(), vfs_.name());
    connection.query_text("PRAGMA journal_mode=WAL");
    connection.execute("PRAGMA synchronous=" + synchronous);
    sqlite3_busy_timeout(connection.handle(), 60'000);
    sqlite3_wal_autocheckpoint(connection.handle(), autocheckpoint_frames);
    return connection;
  }
  Connection open_new(const std::string& synchronous, int autocheckpoint_frames) {
    Connection connection = open(synchronous, autocheckpoint_frames);
    connection.execute("CREATE TABLE t(k INTEGER PRIMARY KEY, v); INSERT INTO t VALUES(1, 0)");
    connection.query_int64("PRAGMA wal_checkpoint(TRUNCATE)");
    vfs_.restart_counting();
    return connection;
  }
  static void commit(const Connection& connection, int times) {
    for (int time = 0; time < times; ++time) {
      connection.execute("UPDATE t SET v=v+1 WHERE k=1");
    }
  }
  static void checkpoint(const Connection& connection) {
    connection.query_int64("PRAGMA wal_checkpoint(PASSIVE)");
  }

  void expect_a_time_for_each() const {
    const IoFigures counted = vfs_.figures();
    const IoTimes times = vfs_.times();
    EXPECT_EQ(times.wal_sync.total_count(), counted.wal.wal_syncs);
    EXPECT_EQ(times.db_sync.total_count(), counted.wal.db_syncs);
    EXPECT_EQ(times.checkpoint.total_count(), counted.wal.checkpoints);
  }

  ManualClock clock_{microseconds(1)};
  DatabaseFiles files_{std::nullopt};
  CountingVfs vfs_{clock_};
};

class Synchronously : public IoTimesTest, public testing::WithParamInterface<std::string> {};

TEST_P(Synchronously, ThereAreAsManyTimesAsTheCountersSay) {
  const Connection connection = open_new(GetParam(), 10);
  commit(connection, 95);
  checkpoint(connection);
  expect_a_time_for_each();
  EXPECT_EQ(vfs_.figures().wal.checkpoints, 10);
  EXPECT_EQ(vfs_.figures().wal.wal_syncs > 0, GetParam() != "OFF");
}

INSTANTIATE_TEST_SUITE_P(Settings, Synchronously, testing::Values("OFF", "NORMAL", "FULL"),
                         [](const auto& setting) { return setting.param; });

TEST_F(IoTimesTest, ATimeIsWhatPassedBetweenItsTwoReadings) {
  const Connection connection = open_new("FULL", 0);
  commit(connection, 5);
  checkpoint(connection);
  const IoTimes times = vfs_.times();
  EXPECT_EQ(times.wal_sync.min(), times.wal_sync.lowest_equivalent(1'000));
  EXPECT_EQ(times.wal_sync.max(), times.wal_sync.highest_equivalent(1'000));
  EXPECT_EQ(times.db_sync.total_count(), 1);
  EXPECT_EQ(times.db_sync.min(), times.db_sync.lowest_equivalent(1'000));
  // Its own two readings with two syncs in between, which read twice each.
  EXPECT_EQ(vfs_.figures().wal.checkpoint_ns, 5'000);
  EXPECT_EQ(times.checkpoint.min(), times.checkpoint.lowest_equivalent(5'000));
}

TEST_F(IoTimesTest, TheLongestCheckpointIsTheHistogramsMaximum) {
  const Connection connection = open_new("OFF", 0);
  commit(connection, 1);
  checkpoint(connection);
  connection.execute("PRAGMA synchronous=FULL");  // its syncs make it longer
  commit(connection, 1);
  checkpoint(connection);
  connection.execute("PRAGMA synchronous=OFF");
  commit(connection, 1);
  checkpoint(connection);
  const IoTimes times = vfs_.times();
  EXPECT_EQ(times.checkpoint.total_count(), 3);
  EXPECT_EQ(vfs_.figures().wal.checkpoint_longest_ns, 5'000);
  EXPECT_EQ(times.checkpoint.max(), times.checkpoint.highest_equivalent(5'000));
  EXPECT_EQ(times.checkpoint.min(), times.checkpoint.lowest_equivalent(1'000));
}

TEST_F(IoTimesTest, RestartCountingForgetsThem) {
  const Connection connection = open_new("FULL", 0);
  commit(connection, 5);
  checkpoint(connection);
  vfs_.restart_counting();
  const IoTimes times = vfs_.times();
  EXPECT_EQ(times.wal_sync.total_count(), 0);
  EXPECT_EQ(times.db_sync.total_count(), 0);
  EXPECT_EQ(times.checkpoint.total_count(), 0);
  EXPECT_EQ(vfs_.figures().wal.wal_writes, 0);
  EXPECT_EQ(vfs_.figures().wal.db_writes, 0);
}

/// By the real clock, so that who waits for another really sleeps.
class IoTimesOfThreads : public IoTimesTest {
 protected:
  IoTimesOfThreads() : IoTimesTest(steady_clock()) {}
};

TEST_F(IoTimesOfThreads, AreAllThere) {
  const Connection keeper = open_new("FULL", 5);
  std::vector<std::jthread> writers;
  for (int thread = 0; thread < 4; ++thread) {
    writers.emplace_back([this] { commit(open("FULL", 5), 60); });
  }
  writers.clear();
  expect_a_time_for_each();
  EXPECT_GE(vfs_.figures().wal.wal_syncs, 4 * 60);
  EXPECT_GT(vfs_.figures().wal.checkpoints, 0);
  EXPECT_EQ(keeper.query_int64("SELECT v FROM t"), 4 * 60);
}

TEST_F(IoTimesTest, AFrameIsTwoWritesAndAHeaderIsOne) {
  const Connection connection = open_new("OFF", 0);
  commit(connection, 7);
  const std::int64_t wal_bytes = size_on_disk(files_.database().string() + "-wal").value_or(0);
  const std::int64_t frames = (wal_bytes - kWalHeaderBytes) / kFrameBytes;
  EXPECT_EQ(frames, 7);
  EXPECT_EQ(vfs_.figures().wal.frames, frames);
  EXPECT_EQ(vfs_.figures().wal.wal_writes, 1 + 2 * frames);
  EXPECT_EQ(vfs_.figures().wal.db_writes, 0);
}

TEST_F(IoTimesTest, ACheckpointWritesEachPageOnceHoweverOftenItWasChanged) {
  const Connection connection = open_new("OFF", 0);
  commit(connection, 9);
  checkpoint(connection);
  EXPECT_EQ(vfs_.figures().wal.db_writes, 1);
  EXPECT_EQ(vfs_.figures().wal.db_bytes_written, kPageBytes);

  // Rows of more than half a page each: so many leaves, and the page that leads to them.
  vfs_.restart_counting();
  const std::int64_t bytes_before = size_on_disk(files_.database().string()).value_or(0);
  connection.execute("BEGIN");
  for (int row = 0; row < 20; ++row) {
    connection.execute("INSERT INTO t(v) VALUES(randomblob(3000))");
  }
  connection.execute("COMMIT");
  checkpoint(connection);
  const std::int64_t bytes_after = size_on_disk(files_.database().string()).value_or(0);
  const std::int64_t new_pages = (bytes_after - bytes_before) / kPageBytes;
  EXPECT_GE(new_pages, 20);
  EXPECT_GE(vfs_.figures().wal.db_writes, new_pages);
  EXPECT_LE(vfs_.figures().wal.db_writes, bytes_after / kPageBytes) << "a page was moved twice";
  EXPECT_EQ(vfs_.figures().wal.db_bytes_written, vfs_.figures().wal.db_writes * kPageBytes);
}

}  // namespace
}  // namespace walbench::storage
