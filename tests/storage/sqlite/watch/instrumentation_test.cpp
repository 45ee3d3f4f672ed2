// Silent bugs these tests would catch: a comparison of what counting costs in which both sides
// count; an anatomy that is kept though nobody asked for it, or is empty though somebody did.

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>

#include "metrics/clock.hpp"
#include "storage/sqlite/strategy/sqlite_database.hpp"
#include "tests/storage/sqlite/test_database.hpp"

namespace walbench::storage {
namespace {

constexpr std::int64_t kFiles = 20;

/// A database on which whole lifecycles are run, with two syncs and a checkpoint now and then.
class Instrumented : public testing::Test {
 protected:
  LifecycleDatabase& run(Instrumentation instrumentation) {
    database_ = std::make_unique<LifecycleDatabase>(
        files_.database(), LifecyclePlan{.files = kFiles, .seed = 1},
        ConnectionSettings{.synchronous = Synchronous::full, .checkpoint = {.every_frames = 30}},
        instrumentation);
    database_->seed();
    const auto store =
        database_->open_store({.connection = ConnectionAxis::per_worker()}, 1, clock_);
    database_->reset();
    (*database_)->restart_counting();
    const auto session = store->open_session(0);
    for (std::int64_t file = 0; file < kFiles; ++file) {
      live_a_life(*session, file);
    }
    return *database_;
  }

  metrics::SteadyClock clock_;
  DatabaseFiles files_{std::nullopt};
  std::unique_ptr<LifecycleDatabase> database_;
};

TEST_F(Instrumented, NoneCountsNothingAndTheRunIsTheSame) {
  LifecycleDatabase& database = run(Instrumentation::none);
  const IoFigures figures = database->figures();
  EXPECT_EQ(figures.wal.bytes_written, 0);
  EXPECT_EQ(figures.wal.wal_writes, 0);
  EXPECT_EQ(figures.wal.frames, 0);
  EXPECT_EQ(figures.wal.size_end_bytes, 0);
  EXPECT_EQ(figures.wal.wal_syncs, 0);
  EXPECT_EQ(figures.wal.db_writes, 0);
  EXPECT_EQ(figures.wal.db_syncs, 0);
  EXPECT_EQ(figures.wal.checkpoints, 0);
  EXPECT_EQ(database->io_times().wal_sync.total_count(), 0);
  EXPECT_EQ(database->io_times().checkpoint.total_count(), 0);
  EXPECT_EQ(database->lock_waits().waits.acquisitions, 0);
  EXPECT_TRUE(database.verify().passed(kFiles));
}

TEST_F(Instrumented, CountsFollowTheFilesAndNotTheLock) {
  LifecycleDatabase& database = run(Instrumentation::counts);
  EXPECT_GE(database->figures().wal.wal_syncs, 3 * kFiles);
  EXPECT_GT(database->figures().wal.checkpoints, 0);
  EXPECT_EQ(database->io_times().wal_sync.total_count(), database->figures().wal.wal_syncs);
  EXPECT_EQ(database->lock_waits().waits.acquisitions, 0);
  EXPECT_EQ(database->lock_waits().waits.lock_held_ns, 0);
  EXPECT_TRUE(database.verify().passed(kFiles));
}

TEST_F(Instrumented, AnatomyFollowsBoth) {
  LifecycleDatabase& database = run(Instrumentation::anatomy);
  EXPECT_GE(database->figures().wal.wal_syncs, 3 * kFiles);
  EXPECT_EQ(database->lock_waits().waits.acquisitions, 3 * kFiles);
  EXPECT_GT(database->lock_waits().waits.lock_held_ns, 0);
  EXPECT_EQ(database->lock_waits().waits.waits, 0) << "nobody was in the way";
  EXPECT_TRUE(database.verify().passed(kFiles));
}

TEST(StandingAside, TheDefaultVfsIsUsedAndNothingIsCounted) {
  CountingVfs vfs;
  EXPECT_NE(vfs.name(), nullptr);
  vfs.stand_aside();
  EXPECT_EQ(vfs.name(), nullptr) << "SQLite takes its default VFS";
  const DatabaseFiles files(std::nullopt);
  const ThreadIo before = CountingVfs::thread_io();
  {
    const Connection connection(files.database().string(), vfs.name());
    connection.query_text("PRAGMA journal_mode=WAL");
    connection.execute("CREATE TABLE t(v); INSERT INTO t VALUES(1)");
    connection.query_int64("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  EXPECT_EQ(vfs.figures().wal.bytes_written, 0);
  EXPECT_EQ(vfs.figures().wal.checkpoints, 0);
  EXPECT_EQ(vfs.times().db_sync.total_count(), 0);
  EXPECT_EQ(CountingVfs::thread_io().sync_ns, before.sync_ns);
  EXPECT_EQ(CountingVfs::thread_io().checkpoint_ns, before.checkpoint_ns);
}

}  // namespace
}  // namespace walbench::storage
