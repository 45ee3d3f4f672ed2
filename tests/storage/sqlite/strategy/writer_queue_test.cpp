// Silent bugs these tests would catch: a queue that lets two writers in, so that transactions mix
// on a shared connection; a fifo queue that is not first come, first served, so that its tails say
// nothing; a waiter that is never woken.

#include "storage/sqlite/strategy/writer_queue.hpp"

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace walbench::storage {
namespace {

class EveryQueue : public testing::TestWithParam<QueueAxis> {
 protected:
  std::unique_ptr<WriterQueue> queue_ = make_queue(GetParam());
};

TEST_P(EveryQueue, LetsOneInAtATime) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 500;
  std::atomic<int> inside = 0;
  std::atomic<int> violations = 0;
  std::int64_t unprotected = 0;  // only the queue keeps its increments apart
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&] {
        for (int round = 0; round < kRounds; ++round) {
          const QueueTurn hold(queue_.get());
          if (inside.fetch_add(1) != 0) violations.fetch_add(1);
          const std::int64_t seen = unprotected;
          std::this_thread::yield();
          unprotected = seen + 1;
          inside.fetch_sub(1);
        }
      });
    }
  }
  EXPECT_EQ(violations.load(), 0);
  EXPECT_EQ(unprotected, kThreads * kRounds);
}

TEST_P(EveryQueue, CancelledItFailsEveryTurnOfThoseWhoWaitAndOfThoseToCome) {
  constexpr int kThreads = 100;
  std::atomic<int> asked = 0;
  std::atomic<int> failed = 0;
  std::atomic<int> inside = 0;
  {
    std::vector<std::jthread> threads;
    auto hold = std::make_unique<QueueTurn>(queue_.get());
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&] {
        asked.fetch_add(1);
        try {
          const QueueTurn turn(queue_.get());
          inside.fetch_add(1);
        } catch (const WriteCancelled&) {
          failed.fetch_add(1);
        }
      });
    }
    while (asked.load() < kThreads) {
      std::this_thread::yield();
    }
    queue_->cancel();
    hold.reset();
  }
  EXPECT_EQ(failed.load(), kThreads);
  EXPECT_EQ(inside.load(), 0);
  EXPECT_THROW(QueueTurn(queue_.get()), WriteCancelled);
}

TEST_P(EveryQueue, IsFreeAgainAfterManyTurnsOfOneThread) {
  int turns = 0;
  while (turns < 1000) {
    const QueueTurn hold(queue_.get());
    ++turns;
  }
  std::jthread([&] {
    const QueueTurn hold(queue_.get());
    ++turns;
  }).join();
  EXPECT_EQ(turns, 1001);
}

INSTANTIATE_TEST_SUITE_P(Queues, EveryQueue, testing::Values(QueueAxis::mutex, QueueAxis::fifo),
                         [](const auto& queue) { return std::string(axis_name(queue.param)); });

TEST(WriterQueue, SqliteHasNoneAndHoldingNoneIsFine) {
  EXPECT_EQ(make_queue(QueueAxis::sqlite), nullptr);
  const QueueTurn hold(nullptr);
}

/// Whether the kernel says that the thread sleeps.
bool sleeps(pid_t thread) {
  std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::size_t name_end = text.rfind(')');
  return name_end != std::string::npos && text.substr(name_end, 3) == ") S";
}

/// A thread that enters a queue and notes its number when it is inside. When the constructor
/// returns, it is asleep in enter(): it does nothing else that could sleep.
class QueuedWaiter {
 public:
  QueuedWaiter(WriterQueue& queue, int number, std::vector<int>& order)
      : thread_([this, &queue, number, &order] {
          entering_.store(static_cast<pid_t>(::syscall(SYS_gettid)));
          const QueueTurn hold(&queue);
          order.push_back(number);
        }) {
    while (entering_.load() == 0 || !sleeps(entering_.load())) {
      std::this_thread::yield();
    }
  }

 private:
  std::atomic<pid_t> entering_ = 0;
  std::jthread thread_;  // last: uses the above
};

class FifoOrder : public testing::TestWithParam<int> {};

TEST_P(FifoOrder, WaitersEnterInTheOrderTheyCame) {
  const int waiters = GetParam();
  FifoQueue queue;
  // Move the tickets on, so that neither they nor the slots begin at zero.
  for (int turn = 0; turn < 37; ++turn) {
    const QueueTurn hold(&queue);
  }
  std::vector<int> order;  // written inside the queue only
  std::vector<int> expected;
  {
    std::vector<std::unique_ptr<QueuedWaiter>> queued;
    queue.enter();
    for (int number = 0; number < waiters; ++number) {
      queued.push_back(std::make_unique<QueuedWaiter>(queue, number, order));
      expected.push_back(number);
    }
    EXPECT_TRUE(order.empty()) << "somebody came in although the queue was held";
    queue.leave();
  }
  EXPECT_EQ(order, expected);
}

// 64 slots: from 65 waiters on some share one; from 129 on three do.
INSTANTIATE_TEST_SUITE_P(Waiters, FifoOrder, testing::Values(1, 2, 10, 63, 64, 65, 140),
                         testing::PrintToStringParamName());

TEST(FifoQueue, WhoeverLeftQueuesBehindThoseWhoWait) {
  // Whether a queue that can be barged into is barged into is a matter of chance: so often enough.
  for (int round = 0; round < 200; ++round) {
    FifoQueue queue;
    std::vector<int> order;
    {
      queue.enter();
      const QueuedWaiter first(queue, 1, order);
      const QueuedWaiter second(queue, 2, order);
      queue.leave();
      const QueueTurn again(&queue);
      order.push_back(3);
    }
    ASSERT_EQ(order, (std::vector<int>{1, 2, 3}));
  }
}

}  // namespace
}  // namespace walbench::storage
