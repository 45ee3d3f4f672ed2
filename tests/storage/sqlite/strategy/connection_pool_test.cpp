// Silent bugs these tests would catch: a connection lent to two at once; one that is lost when it
// is given back; hand-outs in another order than that of asking, which hide who starves; somebody
// who waits for ever after a cancellation; a wait that counts nowhere.

#include "storage/sqlite/strategy/connection_pool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/workload/lifecycle/transition_write.hpp"
#include "storage/sqlite/strategy/sqlite_store.hpp"
#include "tests/storage/sqlite/test_database.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/lifecycle_writes.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::storage {
namespace {

using test_support::eventually;
using test_support::ManualClock;
using testing::ElementsAre;

class ConnectionPoolTest : public testing::Test {
 protected:
  ConnectionPoolTest() { database_.create_files(8); }

  std::unique_ptr<SqliteStore> open(std::int64_t connections) {
    const Axes axes{.connection = ConnectionAxis::pool(connections)};
    return std::make_unique<SqliteStore>(
        database_.path(), ConnectionSettings{.synchronous = Synchronous::off}, axes,
        engine::lifecycle_statements(axes.guard), 8, database_.vfs(), clock_);
  }

  TestDatabase database_;
  ManualClock clock_{std::chrono::nanoseconds(1'000)};
};

TEST_F(ConnectionPoolTest, OpensAsManyAsItIsLarge) {
  const ConnectionSpy spy;
  const auto store = open(3);
  EXPECT_EQ(ConnectionSpy::opened(), 3U);
  const auto one = store->open_session(0);
  EXPECT_TRUE(one->has_pool());
  EXPECT_FALSE(one->close().has_value()) << "connecting is no cost of the iteration";
}

TEST_F(ConnectionPoolTest, WhoHasWaitedLongestIsNext) {
  const auto store = open(1);
  auto holder = store->open_session(0);
  live_a_life(*holder, 0);
  std::vector<int> served;
  std::mutex mutex;
  std::vector<std::jthread> waiters;
  std::atomic<int> asking = 0;
  for (int number = 1; number <= 4; ++number) {
    waiters.emplace_back([&, number] {
      const auto session = store->open_session(static_cast<std::size_t>(number));
      asking.fetch_add(1);
      live_a_life(*session, number);
      {
        const std::lock_guard lock(mutex);
        served.push_back(number);
      }
      session->close();
    });
    // It asks before the next one does: once its thread sleeps, nothing of it reads the clock.
    ASSERT_TRUE(eventually([&] { return asking.load() == number; }));
    std::int64_t readings = -1;
    ASSERT_TRUE(eventually([&] {
      const std::int64_t before = readings;
      readings = clock_.readings();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      return before == clock_.readings();
    }));
  }
  holder->close();
  waiters.clear();
  EXPECT_THAT(served, ElementsAre(1, 2, 3, 4));
}

TEST_F(ConnectionPoolTest, AConnectionIsOnePersonsUntilItIsGivenBack) {
  constexpr int kThreads = 8;
  const auto store = open(2);
  std::atomic<int> done = 0;
  {
    std::vector<std::jthread> threads;
    for (int number = 0; number < kThreads; ++number) {
      threads.emplace_back([&, number] {
        const auto session = store->open_session(static_cast<std::size_t>(number));
        live_a_life(*session, number);
        done.fetch_add(1);
      });
    }
  }
  EXPECT_EQ(done.load(), kThreads) << "sessions give back what they borrowed also without close()";
}

TEST_F(ConnectionPoolTest, TheWaitIsAPartOfTheFirstLockWait) {
  const auto store = open(1);
  const auto session = store->open_session(0);
  const std::string path = bench_file_path(0);
  const std::string other = bench_file_path(1);
  const WriteTimings first = apply(*session, {.file_path = path});
  EXPECT_EQ(first.pool_wait_ns, 1'000) << "from one reading to the next";
  EXPECT_GE(first.lock_wait_ns, first.pool_wait_ns);
  EXPECT_EQ(first.lock_wait_ns + first.statement_ns + first.commit_ns, first.db_total_ns);
  EXPECT_EQ(apply(*session, {.file_path = other}).pool_wait_ns, 0) << "it keeps the connection";
}

TEST_F(ConnectionPoolTest, StepsWaitForAConnectionToo) {
  const auto store = open(1);
  const auto session = store->open_session(0);
  SteppedSession* const steps = session->steps();
  ASSERT_NE(steps, nullptr);
  EXPECT_EQ(steps->timings().write.pool_wait_ns, 1'000);
  EXPECT_EQ(steps->timings().write.lock_wait_ns, 1'000);
  EXPECT_EQ(session->steps(), steps);
}

TEST_F(ConnectionPoolTest, ACancellationEndsAllWaits) {
  const auto store = open(1);
  const auto holder = store->open_session(0);
  live_a_life(*holder, 0);
  std::atomic<int> cancelled = 0;
  std::vector<std::jthread> waiters;
  for (int number = 1; number <= 4; ++number) {
    waiters.emplace_back([&, number] {
      const auto session = store->open_session(static_cast<std::size_t>(number));
      EXPECT_THROW(live_a_life(*session, number), WriteCancelled);
      cancelled.fetch_add(1);
    });
  }
  store->cancel();
  EXPECT_TRUE(eventually([&] { return cancelled.load() == 4; }));
  holder->close();
  EXPECT_THROW(live_a_life(*store->open_session(1), 5), WriteCancelled);
}

}  // namespace
}  // namespace walbench::storage
