// Silent bugs these tests would catch: an item done twice or never (the database would still look
// right after a retry); fewer threads at work than asked for, so that a benchmark of contention
// measures less of it; two threads that take themselves for the same worker and share a connection.

#include "engine/workers/worker_pool.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <new>
#include <numeric>
#include <set>
#include <stop_token>
#include <thread>
#include <vector>

#include "tests/support/eventually.hpp"

namespace walbench::engine {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr seconds kLimit(20);

std::int64_t sum(const std::vector<std::int64_t>& values) {
  return std::accumulate(values.begin(), values.end(), std::int64_t{0});
}

/// Counts, from any thread, how often each item was done, and catches two threads in one worker.
class Witness {
 public:
  Witness(std::size_t threads, std::int64_t items)
      : times_done_(static_cast<std::size_t>(items)), inside_(threads), done_by_(threads) {}

  void on_start() {
    starts_.fetch_add(1);
    if (items_done_.load() != 0) began_early_.store(true);
  }

  void item(std::int64_t item, std::size_t worker) {
    if (starts_.load() != 1) began_early_.store(true);
    if (worker >= inside_.size() || inside_[worker].exchange(true)) {
      worker_misused_.store(true);
      return;
    }
    times_done_.at(static_cast<std::size_t>(item)).fetch_add(1);
    done_by_[worker].fetch_add(1);
    items_done_.fetch_add(1);
    inside_[worker].store(false);
  }

  void expect_all_is_well(const WorkerStats& attendance) const {
    EXPECT_EQ(starts_.load(), 1);
    EXPECT_FALSE(began_early_.load()) << "an item was done before the start";
    EXPECT_FALSE(worker_misused_.load()) << "two threads were one worker, or a worker out of range";
    for (std::size_t index = 0; index < times_done_.size(); ++index) {
      ASSERT_EQ(times_done_[index].load(), 1) << "item " << index;
    }
    std::vector<std::int64_t> done_by;
    for (const std::atomic<std::int64_t>& count : done_by_) {
      done_by.push_back(count.load());
    }
    EXPECT_EQ(attendance.items_by_worker, done_by);
    EXPECT_EQ(sum(attendance.items_by_worker), static_cast<std::int64_t>(times_done_.size()));
    EXPECT_GE(attendance.items_stolen, 0);
    EXPECT_LE(attendance.items_stolen, static_cast<std::int64_t>(times_done_.size()));
  }

 private:
  std::vector<std::atomic<int>> times_done_;
  std::vector<std::atomic<bool>> inside_;
  std::vector<std::atomic<std::int64_t>> done_by_;
  std::atomic<int> starts_ = 0;
  std::atomic<std::int64_t> items_done_ = 0;
  std::atomic<bool> began_early_ = false;
  std::atomic<bool> worker_misused_ = false;
};

/// Runs that many items, checks what can always be checked, and returns the rest.
WorkerStats run_watched(WorkerPool& arena, std::size_t threads, std::int64_t items,
                        nanoseconds limit) {
  Witness witness(threads, items);
  WorkerStats attendance = arena.run(
      items, limit, [&witness] { witness.on_start(); },
      [&witness](std::int64_t item, std::size_t worker) { witness.item(item, worker); });
  witness.expect_all_is_well(attendance);
  return attendance;
}

TEST(WorkerPool, DoesEveryItemExactlyOnce) {
  for (const std::size_t threads : {1U, 2U, 3U, 7U, 10U}) {
    WorkerPool arena(threads);
    for (const std::int64_t items : {0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 100, 818, 5000}) {
      SCOPED_TRACE(std::to_string(threads) + " threads, " + std::to_string(items) + " items");
      const WorkerStats attendance = run_watched(arena, threads, items, kLimit);
      EXPECT_EQ(attendance.threads_met, threads);
      EXPECT_EQ(attendance.items_by_worker.size(), threads);
    }
  }
}

TEST(WorkerPool, StartsOnceEvenWithNothingToDo) {
  WorkerPool arena(4);
  const WorkerStats attendance = run_watched(arena, 4, 0, kLimit);
  EXPECT_EQ(attendance.threads_met, 4U);
  EXPECT_EQ(attendance.items_by_worker, std::vector<std::int64_t>(4, 0));
  EXPECT_EQ(attendance.items_stolen, 0);
}

// More threads than cores: oneTBB alone would use as many as there are cores.
class ArenaOfMany : public testing::TestWithParam<std::size_t> {};

TEST_P(ArenaOfMany, AllThreadsAreThereWhenTheWorkBegins) {
  const std::size_t threads = GetParam();
  WorkerPool arena(threads);
  std::mutex mutex;
  std::set<std::thread::id> ids;
  std::atomic<std::size_t> arrived = 0;
  const auto deadline = std::chrono::steady_clock::now() + kLimit;

  // Each thread's first item waits for the others': it ends only where all run at once.
  const WorkerStats attendance = arena.run(
      static_cast<std::int64_t>(threads), kLimit, [] {},
      [&](std::int64_t, std::size_t) {
        {
          const std::lock_guard lock(mutex);
          ids.insert(std::this_thread::get_id());
        }
        arrived.fetch_add(1);
        while (arrived.load() < threads && std::chrono::steady_clock::now() < deadline) {
          std::this_thread::yield();
        }
      });
  EXPECT_EQ(attendance.threads_met, threads);
  EXPECT_EQ(ids.size(), threads);
  EXPECT_EQ(attendance.items_by_worker, std::vector<std::int64_t>(threads, 1));
  EXPECT_EQ(attendance.items_stolen, 0);
}

INSTANTIATE_TEST_SUITE_P(Threads, ArenaOfMany, testing::Values(2U, 8U, 50U),
                         testing::PrintToStringParamName());

TEST(WorkerPool, TheCallerIsOneOfTheThreads) {
  WorkerPool arena(1);
  std::thread::id id;
  arena.run(
      1, kLimit, [] {}, [&id](std::int64_t, std::size_t) { id = std::this_thread::get_id(); });
  EXPECT_EQ(id, std::this_thread::get_id());
}

TEST(WorkerPool, ItemsOfASlowWorkerAreStolenAndCounted) {
  constexpr std::int64_t kItems = 10;
  constexpr std::int64_t kFirstOfOtherShare = 5;
  WorkerPool arena(2);
  std::atomic<bool> slow_one_began = false;
  std::atomic<std::int64_t> others_done = 0;
  const auto deadline = std::chrono::steady_clock::now() + kLimit;
  const auto wait_until = [deadline](const auto& condition) {
    while (!condition() && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
  };

  // Item 0 is the first of a share of five; whoever does it is busy until all the rest is done. The
  // other share waits for it, so that nobody can steal item 0 itself.
  const WorkerStats attendance = arena.run(
      kItems, kLimit, [] {},
      [&](std::int64_t item, std::size_t) {
        if (item == 0) {
          slow_one_began = true;
          wait_until([&] { return others_done.load() == kItems - 1; });
          return;
        }
        if (item == kFirstOfOtherShare) wait_until([&] { return slow_one_began.load(); });
        others_done.fetch_add(1);
      });
  ASSERT_EQ(attendance.threads_met, 2U);
  EXPECT_EQ(attendance.items_stolen, 4);
  std::vector<std::int64_t> by_worker = attendance.items_by_worker;
  std::ranges::sort(by_worker);
  EXPECT_EQ(by_worker, (std::vector<std::int64_t>{1, 9}));
}

TEST(WorkerPool, NothingIsStolenWhereThereIsOneWorker) {
  WorkerPool arena(1);
  const WorkerStats attendance = run_watched(arena, 1, 100, kLimit);
  EXPECT_EQ(attendance.items_by_worker, std::vector<std::int64_t>{100});
  EXPECT_EQ(attendance.items_stolen, 0);
}

TEST(WorkerPool, PastTheRendezvousLimitEveryItemIsStillDoneOnce) {
  WorkerPool arena(8);
  for (const std::int64_t items : {0, 1, 5, 8, 1000}) {
    SCOPED_TRACE(items);
    const WorkerStats attendance = run_watched(arena, 8, items, nanoseconds(0));
    // The first one there does not wait; who else had come by then cannot be known.
    EXPECT_GE(attendance.threads_met, 1U);
    EXPECT_LE(attendance.threads_met, 8U);
  }
}

TEST(WorkerPool, PastTheRendezvousLimitItSaysThatThreadsWereMissing) {
  // What else limits oneTBB holds the arena back as well: one more thread may come, not two.
  WorkerPool small(1);
  WorkerPool arena(3);
  const WorkerStats attendance = run_watched(arena, 3, 20, nanoseconds(1));
  EXPECT_LT(attendance.threads_met, 3U);
  EXPECT_EQ(sum(attendance.items_by_worker), 20);
}

TEST(WorkerPool, AMeetingThatSomeMissFails) {
  WorkerPool arena(8);
  EXPECT_THROW(arena.meet([] {}, nanoseconds(0)), WorkerPoolError) << "the first does not wait";
  EXPECT_EQ(arena.meet([] {}).threads_met, 8U);
}

TEST(WorkerPool, AStopEndsTheWaitForThreadsThatDoNotCome) {
  // As above: of the three, two come at most.
  WorkerPool small(1);
  std::stop_source stop;
  std::atomic<bool> one_waits = false;
  WorkerPool arena(
      3, [&] { one_waits = true; }, stop.get_token());
  std::jthread stopping([&] {
    static_cast<void>(test_support::eventually([&] { return one_waits.load(); }));
    stop.request_stop();
  });
  const WorkerStats attendance = run_watched(arena, 3, 20, std::chrono::hours(1));
  EXPECT_LT(attendance.threads_met, 3U);
  EXPECT_EQ(sum(attendance.items_by_worker), 20);
}

TEST(WorkerPool, TheFirstItemThatThrowsIsTheLast) {
  for (const std::size_t threads : {1U, 4U}) {
    WorkerPool arena(threads);
    std::atomic<int> begun = 0;
    const auto body = [&](std::int64_t, std::size_t) {
      begun.fetch_add(1);
      throw std::bad_alloc();
    };
    EXPECT_THROW(arena.run(
                     1'000, kLimit, [] {}, body),
                 std::bad_alloc);
    EXPECT_LE(begun.load(), static_cast<int>(threads));
    EXPECT_EQ(run_watched(arena, threads, 100, kLimit).threads_met, threads) << "usable again";
  }
}

TEST(WorkerPool, RunsAgainAndAgain) {
  WorkerPool arena(5);
  for (int run = 0; run < 20; ++run) {
    EXPECT_EQ(run_watched(arena, 5, 37, kLimit).threads_met, 5U);
  }
}

TEST(WorkerPool, OneAfterAnotherEachHasItsOwnNumberOfThreads) {
  for (const std::size_t threads : {8U, 1U, 20U, 2U}) {
    WorkerPool arena(threads);
    EXPECT_EQ(run_watched(arena, threads, 100, kLimit).threads_met, threads);
  }
}

TEST(WorkerPool, EveryThreadAnnouncesItselfBeforeItsFirstItem) {
  for (const std::size_t threads : {1U, 2U, 8U}) {
    std::mutex mutex;
    std::set<std::thread::id> entered;
    std::atomic<bool> unannounced = false;
    const auto know_me = [&] {
      const std::lock_guard lock(mutex);
      return entered.contains(std::this_thread::get_id());
    };
    WorkerPool arena(threads, [&] {
      const std::lock_guard lock(mutex);
      entered.insert(std::this_thread::get_id());
    });
    const WorkerStats attendance = arena.run(
        1'000, kLimit, [] {},
        [&](std::int64_t, std::size_t) {
          if (!know_me()) unannounced = true;
        });
    EXPECT_FALSE(unannounced.load());
    EXPECT_EQ(attendance.threads_met, threads);
    const std::lock_guard lock(mutex);
    EXPECT_EQ(entered.size(), threads);
    EXPECT_TRUE(entered.contains(std::this_thread::get_id())) << "the caller is one of them";
  }
}

/// What posted tasks have seen of the thread they ran on.
class PostedWitness {
 public:
  explicit PostedWitness(std::size_t threads) : inside_(threads) {}

  void task(std::size_t worker) {
    if (worker == 0 || worker >= inside_.size() || inside_[worker].exchange(true) ||
        std::this_thread::get_id() == caller_) {
      misused_.store(true);
    } else {
      inside_[worker].store(false);
    }
    done_.fetch_add(1);
  }
  void expect_tasks(int tasks) const {
    EXPECT_TRUE(test_support::eventually([&] { return done_.load() == tasks; })) << done_.load();
    EXPECT_FALSE(misused_.load()) << "the caller's thread or number, or two at once the same";
  }

 private:
  const std::thread::id caller_ = std::this_thread::get_id();
  std::vector<std::atomic<bool>> inside_;
  std::atomic<bool> misused_ = false;
  std::atomic<int> done_ = 0;
};

TEST(WorkerPool, APostedTaskRunsOnAnotherOfItsThreads) {
  PostedWitness witness(2);
  WorkerPool arena(2);
  arena.post([&](std::size_t worker) { witness.task(worker); });
  witness.expect_tasks(1);
}

TEST(WorkerPool, ManyPostedTasksAllRun) {
  constexpr int kPosts = 2'000;
  for (const std::size_t threads : {2U, 4U}) {
    PostedWitness witness(threads);
    WorkerPool arena(threads);
    for (int post = 0; post < kPosts; ++post) {
      arena.post([&](std::size_t worker) { witness.task(worker); });
    }
    witness.expect_tasks(kPosts);
  }
}

TEST(WorkerPool, AnyThreadMayPostAndSoMayATask) {
  constexpr int kThreads = 4;
  constexpr int kPosts = 200;
  PostedWitness witness(2);
  WorkerPool arena(2);
  {
    std::vector<std::jthread> posters;
    for (int thread = 0; thread < kThreads; ++thread) {
      posters.emplace_back([&] {
        for (int post = 0; post < kPosts; ++post) {
          arena.post([&](std::size_t worker) {
            arena.post([&](std::size_t inner) { witness.task(inner); });
            witness.task(worker);
          });
        }
      });
    }
  }
  witness.expect_tasks(2 * kThreads * kPosts);
}

TEST(WorkerPool, RunsItemsAfterPostedTasksAndTheOtherWayRound) {
  PostedWitness witness(2);
  WorkerPool arena(2);
  for (int round = 1; round <= 20; ++round) {
    EXPECT_EQ(run_watched(arena, 2, 10, kLimit).threads_met, 2U);
    arena.post([&](std::size_t worker) { witness.task(worker); });
    witness.expect_tasks(round);
  }
}

TEST(WorkerPool, WhatAPosterWroteBeforehandIsThereInTheTask) {
  WorkerPool arena(2);
  std::int64_t plain = 0;
  std::atomic<bool> seen = false;
  for (int round = 1; round <= 100; ++round) {
    plain += 1;
    seen = false;
    arena.post([&, round](std::size_t) {
      if (plain == round) seen = true;
    });
    ASSERT_TRUE(test_support::eventually([&] { return seen.load(); }));
  }
}

}  // namespace
}  // namespace walbench::engine
