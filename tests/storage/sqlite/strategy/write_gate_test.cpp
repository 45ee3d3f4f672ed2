// Silent bugs these tests would catch: a gate that lets two writers in, so that transactions mix on
// a shared connection; a fifo gate that is not first come, first served, so that its tails say
// nothing; a waiter that is never woken.

#include "storage/sqlite/strategy/write_gate.hpp"

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

class EveryGate : public testing::TestWithParam<GateAxis> {
 protected:
  std::unique_ptr<WriteGate> gate_ = make_gate(GetParam());
};

TEST_P(EveryGate, LetsOneInAtATime) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 500;
  std::atomic<int> inside = 0;
  std::atomic<int> violations = 0;
  std::int64_t unprotected = 0;  // only the gate keeps its increments apart
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&] {
        for (int round = 0; round < kRounds; ++round) {
          const GateHold hold(gate_.get());
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

TEST_P(EveryGate, IsFreeAgainAfterManyTurnsOfOneThread) {
  int turns = 0;
  while (turns < 1000) {
    const GateHold hold(gate_.get());
    ++turns;
  }
  std::jthread([&] {
    const GateHold hold(gate_.get());
    ++turns;
  }).join();
  EXPECT_EQ(turns, 1001);
}

INSTANTIATE_TEST_SUITE_P(Gates, EveryGate, testing::Values(GateAxis::mutex, GateAxis::fifo),
                         [](const auto& gate) { return std::string(axis_name(gate.param)); });

TEST(WriteGate, SqliteHasNoneAndHoldingNoneIsFine) {
  EXPECT_EQ(make_gate(GateAxis::sqlite), nullptr);
  const GateHold hold(nullptr);
}

/// Whether the kernel says that the thread sleeps.
bool sleeps(pid_t thread) {
  std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::size_t name_end = text.rfind(')');
  return name_end != std::string::npos && text.substr(name_end, 3) == ") S";
}

/// A thread that enters a gate and notes its number when it is inside. When the constructor
/// returns, it is asleep in enter(): it does nothing else that could sleep.
class QueuedWaiter {
 public:
  QueuedWaiter(WriteGate& gate, int number, std::vector<int>& order)
      : thread_([this, &gate, number, &order] {
          entering_.store(static_cast<pid_t>(::syscall(SYS_gettid)));
          const GateHold hold(&gate);
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
  FifoGate gate;
  // Move the tickets on, so that neither they nor the slots begin at zero.
  for (int turn = 0; turn < 37; ++turn) {
    const GateHold hold(&gate);
  }
  std::vector<int> order;  // written inside the gate only
  std::vector<int> expected;
  {
    std::vector<std::unique_ptr<QueuedWaiter>> queue;
    gate.enter();
    for (int number = 0; number < waiters; ++number) {
      queue.push_back(std::make_unique<QueuedWaiter>(gate, number, order));
      expected.push_back(number);
    }
    EXPECT_TRUE(order.empty()) << "somebody came in although the gate was held";
    gate.leave();
  }
  EXPECT_EQ(order, expected);
}

// 64 slots: from 65 waiters on some share one; from 129 on three do.
INSTANTIATE_TEST_SUITE_P(Waiters, FifoOrder, testing::Values(1, 2, 10, 63, 64, 65, 140),
                         testing::PrintToStringParamName());

TEST(FifoGate, WhoeverLeftQueuesBehindThoseWhoWait) {
  // Whether a gate that can be barged into is barged into is a matter of chance: so often enough.
  for (int round = 0; round < 200; ++round) {
    FifoGate gate;
    std::vector<int> order;
    {
      gate.enter();
      const QueuedWaiter first(gate, 1, order);
      const QueuedWaiter second(gate, 2, order);
      gate.leave();
      const GateHold again(&gate);
      order.push_back(3);
    }
    ASSERT_EQ(order, (std::vector<int>{1, 2, 3}));
  }
}

}  // namespace
}  // namespace walbench::storage
