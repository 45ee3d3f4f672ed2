// Silent bugs these tests would catch: an answer that comes before its delay is over, so that
// profile realistic measures less than it says; one that comes long after it, because whoever
// serves slept for another; a waiter that is forgotten, which hangs the run, or resumed twice; a
// stop that first waits out all delays.

#include "engine/workers/delayed_calls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <coroutine>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/detached.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/held_clock.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::engine {
namespace {

using std::chrono::nanoseconds;
using test_support::Detached;
using test_support::eventually;
using test_support::HeldClock;
using test_support::ManualClock;
using testing::ElementsAre;
using testing::IsEmpty;

using Numbers = std::vector<int>;
using Waiters = std::span<const std::coroutine_handle<>>;

/// Suspends in the calls until it is resumed, then writes its number down.
Detached wait_in(DelayedCalls& calls, std::int64_t due_ns, int number, Numbers& resumed) {
  struct Wait {
    DelayedCalls& calls;
    std::int64_t due_ns;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) const { calls.add(due_ns, waiter); }
    void await_resume() const noexcept {}
  };
  co_await Wait{calls, due_ns};
  resumed.push_back(number);
}

void resume_all(Waiters waiters) {
  for (const std::coroutine_handle<> waiter : waiters) {
    waiter.resume();
  }
}

/// Delayed calls at a clock that jumps to whatever time is waited for, served on the test's thread.
class DelayedCallsTest : public testing::Test {
 protected:
  void add(std::int64_t after_ns, int number) {
    wait_in(calls_, ManualClock::kStartNs + after_ns, number, resumed_);
  }

  /// Serves until `waiters` have been resumed; returns them in groups as they were handed over.
  std::vector<Numbers> serve(
      std::size_t waiters, const std::function<void()>& after = [] {}) {
    std::vector<Numbers> groups;
    calls_.serve([&](Waiters due) {
      const auto before = std::ssize(resumed_);
      resume_all(due);
      groups.emplace_back(resumed_.begin() + before, resumed_.end());
      times_.push_back(clock_.now_ns() - ManualClock::kStartNs);
      after();
      if (resumed_.size() >= waiters) calls_.close();
    });
    return groups;
  }

  ManualClock clock_;
  DelayedCalls calls_{clock_};
  Numbers resumed_;
  std::vector<std::int64_t> times_;  ///< when each group was handed over
};

TEST_F(DelayedCallsTest, HandsThemOverInTheOrderTheyAreDue) {
  add(300, 3);
  add(100, 1);
  add(400, 4);
  add(200, 2);
  EXPECT_THAT(serve(4),
              ElementsAre(ElementsAre(1), ElementsAre(2), ElementsAre(3), ElementsAre(4)));
}

TEST_F(DelayedCallsTest, NoneBeforeItIsDueAndNoneLater) {
  add(300, 3);
  add(100, 1);
  add(200, 2);
  serve(3);
  EXPECT_THAT(times_, ElementsAre(100, 200, 300));
}

TEST_F(DelayedCallsTest, TogetherWhereTheyAreDueTogether) {
  add(100, 1);
  add(200, 3);
  add(100, 2);
  add(200, 4);
  const std::vector<Numbers> groups = serve(4);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_THAT(groups[0], testing::UnorderedElementsAre(1, 2));
  EXPECT_THAT(groups[1], testing::UnorderedElementsAre(3, 4));
}

TEST_F(DelayedCallsTest, WhoIsOverdueComesFirstInAGroup) {
  add(200, 2);
  add(100, 1);
  clock_.advance(nanoseconds(1'000));
  EXPECT_THAT(serve(2), ElementsAre(ElementsAre(1, 2)));
}

TEST_F(DelayedCallsTest, ThousandsKeepTheirOrder) {
  constexpr int kMany = 5'000;
  Numbers expected;
  for (int number = 0; number < kMany; ++number) {
    add(1 + number * 7919LL % kMany, number);
    expected.push_back(number);
  }
  std::ranges::sort(expected, {}, [](int number) { return number * 7919LL % kMany; });
  serve(kMany);
  EXPECT_EQ(resumed_, expected);
}

TEST_F(DelayedCallsTest, WhoAddsWhileItServesIsServed) {
  add(100, 1);
  int more = 2;
  const std::vector<Numbers> groups = serve(4, [&] {
    if (more <= 4) add(100 * more, more);
    ++more;
  });
  EXPECT_THAT(groups, ElementsAre(ElementsAre(1), ElementsAre(2), ElementsAre(3), ElementsAre(4)));
  EXPECT_THAT(times_, ElementsAre(100, 200, 300, 400));
}

TEST_F(DelayedCallsTest, CancelMakesEverybodyDueAtOnce) {
  add(300, 3);
  add(100, 1);
  add(200, 2);
  EXPECT_FALSE(calls_.cancelled());
  calls_.cancel();
  EXPECT_TRUE(calls_.cancelled());
  EXPECT_THAT(serve(3), ElementsAre(ElementsAre(1, 2, 3)));
  EXPECT_THAT(times_, ElementsAre(0)) << "it waited for somebody";
}

TEST_F(DelayedCallsTest, WhoComesAfterTheCancelIsDueAtOnce) {
  calls_.cancel();
  add(1'000, 1);
  int more = 2;
  serve(3, [&] {
    if (more <= 3) add(1'000, more);
    ++more;
  });
  EXPECT_THAT(resumed_, ElementsAre(1, 2, 3));
  EXPECT_THAT(times_, ElementsAre(0, 0, 0));
}

TEST_F(DelayedCallsTest, ClosedBeforeItServesItReturnsAtOnceAndServesTheNextTime) {
  calls_.close();
  calls_.serve([](Waiters) { ADD_FAILURE() << "nobody waits"; });
  add(100, 1);
  EXPECT_THAT(serve(1), ElementsAre(ElementsAre(1)));
}

/// The same with a thread that serves, at a clock that stands still.
class ServedInAThread : public testing::Test {
 protected:
  ServedInAThread() {
    server_ = std::jthread([this] {
      calls_.serve([this](Waiters due) {
        const std::lock_guard lock(mutex_);
        resume_all(due);
      });
      is_over_ = true;
    });
  }
  ~ServedInAThread() override {
    calls_.cancel();  // so that a failed test ends, too
    EXPECT_TRUE(eventually([this] { return resumed() == added_; }));
    calls_.close();
  }

  void add(std::int64_t due_ns, int number) {
    ++added_;
    wait_in(calls_, due_ns, number, resumed_);
  }
  std::size_t resumed() const {
    const std::lock_guard lock(mutex_);
    return resumed_.size();
  }
  bool waits(int times) const {
    return eventually([&] { return clock_.waits() == times; });
  }
  bool has_resumed(const Numbers& expected) const {
    return eventually([&] {
      const std::lock_guard lock(mutex_);
      return resumed_ == expected;
    });
  }

  HeldClock clock_;
  DelayedCalls calls_{clock_};
  std::atomic<bool> is_over_ = false;
  mutable std::mutex mutex_;
  Numbers resumed_;  // guarded by mutex_
  std::size_t added_ = 0;
  std::jthread server_;  // last: it uses the above
};

TEST_F(ServedInAThread, NobodyIsResumedBeforeTheClockSaysSo) {
  add(100, 1);
  ASSERT_TRUE(waits(1));
  clock_.advance(nanoseconds(99));
  ASSERT_TRUE(waits(2)) << "it looked at the clock and went on waiting";
  EXPECT_EQ(resumed(), 0U);
  clock_.advance(nanoseconds(1));
  EXPECT_TRUE(has_resumed({1}));
}

TEST_F(ServedInAThread, TheFirstToComeWakesIt) {
  clock_.advance(nanoseconds(500));
  add(100, 1);
  EXPECT_TRUE(has_resumed({1}));
}

TEST_F(ServedInAThread, WhoIsDueEarlierThanAllOthersWakesIt) {
  add(1'000, 3);
  ASSERT_TRUE(waits(1));
  add(100, 2);
  ASSERT_TRUE(waits(2)) << "it sleeps for the later one";
  add(0, 1);
  EXPECT_TRUE(has_resumed({1}));
  clock_.advance(nanoseconds(100));
  EXPECT_TRUE(has_resumed({1, 2}));
}

TEST_F(ServedInAThread, CancelWakesIt) {
  add(1'000'000, 2);
  add(2'000'000, 3);
  add(500'000, 1);
  calls_.cancel();
  EXPECT_TRUE(has_resumed({1, 2, 3}));
  EXPECT_EQ(clock_.now_ns(), 0);
}

TEST_F(ServedInAThread, CloseEndsIt) {
  add(0, 1);
  ASSERT_TRUE(has_resumed({1}));
  EXPECT_FALSE(is_over_.load());
  calls_.close();
  EXPECT_TRUE(eventually([this] { return is_over_.load(); }));
}

TEST_F(ServedInAThread, ManyThreadsMayAdd) {
  constexpr int kThreads = 4;
  constexpr int kEach = 500;
  {
    std::vector<std::jthread> adders;
    for (int thread = 0; thread < kThreads; ++thread) {
      adders.emplace_back([this, thread] {
        for (int call = 0; call < kEach; ++call) {
          wait_in(calls_, call % 10, thread * kEach + call, resumed_);
        }
      });
    }
    clock_.advance(nanoseconds(10));
  }
  added_ = std::size_t{kThreads} * kEach;
  ASSERT_TRUE(eventually([this] { return resumed() == added_; }));
  const std::lock_guard lock(mutex_);
  std::ranges::sort(resumed_);
  for (int number = 0; number < kThreads * kEach; ++number) {
    ASSERT_EQ(resumed_[static_cast<std::size_t>(number)], number);
  }
}

}  // namespace
}  // namespace walbench::engine
