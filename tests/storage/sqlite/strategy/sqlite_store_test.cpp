// Silent bugs these tests would catch: a strategy that opens other connections than its name says,
// so that two strategies measure the same; a lifecycle's connection that stays open and spares the
// others their checkpoint; writers that mix or lose each other's transactions.

#include "storage/sqlite/strategy/sqlite_store.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "metrics/clock.hpp"
#include "storage/sqlite/strategy/sqlite_database.hpp"
#include "tests/storage/sqlite/test_database.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::storage {
namespace {

using std::chrono::nanoseconds;
using test_support::ManualClock;

const ConnectionSettings fast_settings = {.synchronous = Synchronous::off,
                                          .busy_timeout = std::chrono::seconds(60)};

class SqliteStoreTest : public testing::Test {
 protected:
  SqliteStoreTest() { database_.create_files(8); }

  std::unique_ptr<SqliteStore> open(const Axes& axes, std::size_t workers) {
    return std::make_unique<SqliteStore>(database_.path(), fast_settings, axes,
                                         engine::lifecycle_statements(axes.guard), workers,
                                         database_.vfs(), clock_);
  }

  TestDatabase database_;
  ManualClock clock_{nanoseconds(1'000)};
};

TEST_F(SqliteStoreTest, PerFileOpensAConnectionForEachSessionAndClosesIt) {
  const ConnectionSpy spy;
  const auto store = open({.connection = ConnectionAxis::per_file()}, 4);
  EXPECT_EQ(ConnectionSpy::opened(), 0U);
  for (std::size_t file = 0; file < 3; ++file) {
    const std::unique_ptr<Session> session = store->open_session(file % 2);
    EXPECT_EQ(ConnectionSpy::opened(), file + 1);
    live_a_life(*session, static_cast<std::int64_t>(file));
    EXPECT_TRUE(size_on_disk(database_.wal_path()).has_value());
    // Two readings around the opening and two around the closing; the three writes are left out.
    const std::optional<ConnectTimings> cost = session->close();
    ASSERT_TRUE(cost.has_value());
    EXPECT_EQ(cost->connect_ns, 2'000);
    EXPECT_EQ(cost->close_ns, 1'000);
    EXPECT_FALSE(size_on_disk(database_.wal_path()).has_value()) << "the connection is still open";
  }
  EXPECT_EQ(database_.vfs().figures().wal.checkpoints, 3) << "one a close";
}

TEST_F(SqliteStoreTest, ASessionThatIsDroppedClosesItsConnectionToo) {
  const auto store = open({.connection = ConnectionAxis::per_file()}, 1);
  {
    const std::unique_ptr<Session> session = store->open_session(0);
    apply(*session, {bench_file_path(0), LifecycleState::untracked, LifecycleState::uploading, 0});
  }
  EXPECT_FALSE(size_on_disk(database_.wal_path()).has_value());
}

TEST_F(SqliteStoreTest, PerWorkerKeepsOneConnectionAWorker) {
  const ConnectionSpy spy;
  const auto store = open({.connection = ConnectionAxis::per_worker()}, 3);
  EXPECT_EQ(ConnectionSpy::opened(), 3U);
  for (std::size_t file = 0; file < 6; ++file) {
    const std::unique_ptr<Session> session = store->open_session(file % 3);
    live_a_life(*session, static_cast<std::int64_t>(file));
    EXPECT_FALSE(session->close().has_value()) << "a connection of the worker's is not the file's";
  }
  EXPECT_EQ(ConnectionSpy::opened(), 3U);
  EXPECT_TRUE(size_on_disk(database_.wal_path()).has_value());
}

TEST_F(SqliteStoreTest, SharedKeepsOneConnectionInAll) {
  const ConnectionSpy spy;
  const auto store = open({.connection = ConnectionAxis::shared(), .queue = QueueAxis::mutex}, 3);
  for (std::size_t worker = 0; worker < 3; ++worker) {
    const std::unique_ptr<Session> session = store->open_session(worker);
    live_a_life(*session, static_cast<std::int64_t>(worker));
    EXPECT_FALSE(session->close().has_value());
  }
  EXPECT_EQ(ConnectionSpy::opened(), 1U);
}

TEST_F(SqliteStoreTest, TheStoresCloseClosesItsConnections) {
  auto store = open({.connection = ConnectionAxis::per_worker()}, 3);
  live_a_life(*store->open_session(0), 0);
  store.reset();
  EXPECT_FALSE(size_on_disk(database_.wal_path()).has_value());
  EXPECT_EQ(database_.vfs().figures().wal.size_end_bytes, 0);
}

TEST_F(SqliteStoreTest, ASharedConnectionWithoutAQueueIsRefused) {
  EXPECT_THROW(open({.connection = ConnectionAxis::shared()}, 2), std::invalid_argument);
}

TEST_F(SqliteStoreTest, TimesTheStatementApartWithImmediateTransactionsOnly) {
  for (const auto connection : {ConnectionAxis::per_file(), ConnectionAxis::per_worker()}) {
    EXPECT_FALSE(open({.connection = connection}, 1)->open_session(0)->times_statement_apart());
    EXPECT_TRUE(open({.connection = connection, .begin = BeginAxis::immediate}, 1)
                    ->open_session(0)
                    ->times_statement_apart());
  }
}

TEST_F(SqliteStoreTest, AWriteIsCarriedOutBeforeItIsAwaited) {
  const auto store = open({.connection = ConnectionAxis::per_worker()}, 1);
  const std::unique_ptr<Session> session = store->open_session(0);
  const std::string path = bench_file_path(0);
  const TransitionTransaction uploading({.file_path = path}, GuardAxis::where);
  PendingWrite write = session->apply(uploading.get());
  EXPECT_TRUE(write.await_ready());
  EXPECT_EQ(read_file_row(database_.connect_uncounted(), path).at("version"), "1");
  EXPECT_EQ(write.await_resume().db_total_ns, 2'000);
}

TEST_F(SqliteStoreTest, CountsAddUpTheRetriesOfAllSessions) {
  const Connection other = database_.connect_uncounted();
  const auto store =
      open({.connection = ConnectionAxis::per_file(), .guard = GuardAxis::select}, 1);
  EXPECT_EQ(store->counts().snapshot_retries, 0);
  for (std::int64_t file = 0; file < 3; ++file) {
    const ConnectionSpy spy;
    const std::unique_ptr<Session> session = store->open_session(0);
    bool interfered = false;
    const StatementHook hook(ConnectionSpy::latest(), [&](const std::string& sql) {
      if (!sql.starts_with("UPDATE") || interfered) return;
      interfered = true;
      other.execute("UPDATE files SET mtime=coalesce(mtime,0)+1 WHERE file_path='" +
                    bench_file_path(7) + "'");
    });
    live_a_life(*session, file, GuardAxis::select);
  }
  EXPECT_EQ(store->counts().snapshot_retries, 3);
}

TEST_F(SqliteStoreTest, WithoutABatchNothingIsEverUnsavedOrLeftToFlush) {
  for (const Axes& axes :
       {Axes{}, Axes{.connection = ConnectionAxis::per_worker()},
        Axes{.connection = ConnectionAxis::shared(), .queue = QueueAxis::fifo}}) {
    const auto store = open(axes, 2);
    for (std::size_t worker = 0; worker < 2; ++worker) {
      const std::string path = bench_file_path(static_cast<std::int64_t>(worker));
      const std::unique_ptr<Session> session = store->open_session(worker);
      const WriteTimings timings =
          apply(*session, {path, LifecycleState::untracked, LifecycleState::uploading, 0});
      EXPECT_TRUE(timings.committed);
      session->close();
    }
    EXPECT_EQ(store->flush(), 0);
    EXPECT_EQ(store->counts().unsaved_peak, 0);
    EXPECT_EQ(store->counts().snapshot_retries, 0);
    database_.connect_uncounted().execute("UPDATE files SET version=0, gemini_state='untracked'");
  }
}

TEST_F(SqliteStoreTest, ABatchIsFilledByAllSessionsTogetherAndFlushCommitsTheRest) {
  const Connection reader = database_.connect_uncounted();
  const auto store = open({.connection = ConnectionAxis::shared(),
                           .queue = QueueAxis::mutex,
                           .commit = CommitAxis::batch(5)},
                          4);
  for (std::size_t worker = 0; worker < 4; ++worker) {
    live_a_life(*store->open_session(worker), static_cast<std::int64_t>(worker));
  }
  // Twelve transitions: two batches of five, and two that are not durable yet.
  EXPECT_EQ(reader.query_int64("SELECT sum(version) FROM files"), 10);
  EXPECT_EQ(store->counts().unsaved_peak, 4);
  EXPECT_EQ(store->flush(), 1);
  EXPECT_EQ(reader.query_int64("SELECT sum(version) FROM files"), 12);
  EXPECT_EQ(store->flush(), 0);
  EXPECT_EQ(store->counts().unsaved_peak, 4) << "a peak is not a level";
}

TEST_F(SqliteStoreTest, ABatchWithoutASharedConnectionIsRefused) {
  EXPECT_THROW(
      open({.connection = ConnectionAxis::per_worker(), .commit = CommitAxis::batch(2)}, 2),
      std::invalid_argument);
}

class QueuedStores : public SqliteStoreTest, public testing::WithParamInterface<QueueAxis> {};

// Otherwise each of those who queue would sit out the busy timeout, one after another.
TEST_P(QueuedStores, AfterTheFirstFailureWhoeverQueuesGivesUp) {
  constexpr std::size_t kThreads = 8;
  constexpr std::int64_t kSleepsOfATimeout = 8;  // 1 + 2 + 5 + 10 + 15 + 20 + 25 + 22 ms
  const Connection holder = database_.connect_uncounted();
  const Axes axes{.connection = ConnectionAxis::per_worker(), .queue = GetParam()};
  const ConnectionSettings settings = {.synchronous = Synchronous::off,
                                       .busy_timeout = std::chrono::milliseconds(100)};
  SqliteStore store(database_.path(), settings, axes, engine::lifecycle_statements(axes.guard),
                    kThreads, database_.vfs(), clock_);
  holder.execute("BEGIN IMMEDIATE");
  database_.vfs().restart_counting();
  std::atomic<int> busy = 0;
  std::atomic<int> cancelled = 0;
  {
    std::vector<std::jthread> threads;
    for (std::size_t worker = 0; worker < kThreads; ++worker) {
      threads.emplace_back([&, worker] {
        const std::unique_ptr<Session> session = store.open_session(worker);
        try {
          live_a_life(*session, static_cast<std::int64_t>(worker));
        } catch (const SqliteError&) {
          busy.fetch_add(1);
          store.cancel();
        } catch (const WriteCancelled&) {
          cancelled.fetch_add(1);
        }
      });
    }
  }
  EXPECT_EQ(busy.load() + cancelled.load(), static_cast<int>(kThreads));
  // The next in the queue may have its turn before the store is cancelled.
  EXPECT_LT(database_.vfs().lock_waits().busy_retries, 3 * kSleepsOfATimeout);
}

INSTANTIATE_TEST_SUITE_P(Queues, QueuedStores, testing::Values(QueueAxis::mutex, QueueAxis::fifo));

/// Every point in the axes that is no contradiction.
std::vector<Axes> all_axes() {
  std::vector<Axes> all;
  for (const auto connection : {ConnectionAxis::per_file(), ConnectionAxis::per_worker(),
                                ConnectionAxis::pool(2), ConnectionAxis::shared()}) {
    for (const auto begin : {BeginAxis::deferred, BeginAxis::immediate}) {
      for (const auto guard : {GuardAxis::where, GuardAxis::version, GuardAxis::select}) {
        for (const auto queue : {QueueAxis::sqlite, QueueAxis::mutex, QueueAxis::fifo}) {
          for (const CommitAxis commit : {CommitAxis::each(), CommitAxis::batch(7)}) {
            const Axes axes{connection, begin, guard, queue, commit};
            if (!contradiction(axes)) all.push_back(axes);
          }
        }
      }
    }
  }
  return all;
}

class EveryStrategy : public testing::TestWithParam<Axes> {};

TEST_P(EveryStrategy, ConcurrentWritersEndVerified) {
  constexpr std::size_t kThreads = 4;
  constexpr std::int64_t kFiles = 20;
  const DatabaseFiles files(std::nullopt);
  const metrics::SteadyClock clock;
  LifecycleDatabase database(
      files.database(), {.files = kFiles, .seed = 1, .guard = GetParam().guard}, fast_settings);
  database.seed();
  std::atomic<std::int64_t> next_file = 0;
  {
    const std::unique_ptr<Store> store = database.open_store(GetParam(), kThreads, clock);
    std::vector<std::jthread> threads;
    for (std::size_t worker = 0; worker < kThreads; ++worker) {
      threads.emplace_back([&, worker] {
        for (std::int64_t file = next_file++; file < kFiles; file = next_file++) {
          const std::unique_ptr<Session> session = store->open_session(worker);
          EXPECT_NO_THROW(live_a_life(*session, file, GetParam().guard));
          session->close();
        }
      });
    }
    threads.clear();
    EXPECT_EQ(store->flush(), GetParam().commit.batch_size() > 1 ? 1 : 0)
        << "60 writes are no whole batches";
    EXPECT_EQ(store->counts().unsaved_peak, GetParam().commit.batch_size() - 1);
  }
  const Verification found = database.verify();
  EXPECT_EQ(found.rows, kFiles);
  EXPECT_EQ(found.rows_right, kFiles);
  EXPECT_EQ(found.integrity, "ok");
  EXPECT_TRUE(found.passed(kFiles));
}

INSTANTIATE_TEST_SUITE_P(Axes, EveryStrategy, testing::ValuesIn(all_axes()), [](const auto& axes) {
  std::string name = std::string(axis_name(axes.param.connection)) + "_" +
                     std::string(axis_name(axes.param.begin)) + "_" +
                     std::string(axis_name(axes.param.guard)) + "_" +
                     std::string(axis_name(axes.param.queue)) + "_" + axis_name(axes.param.commit);
  std::erase(name, '-');
  std::erase(name, ':');
  return name;
});

}  // namespace
}  // namespace walbench::storage
