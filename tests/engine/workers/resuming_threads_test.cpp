// Silent bugs these tests would catch: a group that the committer should have handed over but runs
// itself, while others wait for it to commit; one that it hands over although it has nothing else
// to do, at the price of waking a thread for each; a pass that ends while a thread is still on its
// way out of a lifecycle, which then touches what is gone.

#include "engine/workers/resuming_threads.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <coroutine>
#include <thread>
#include <vector>

#include "tests/support/detached.hpp"
#include "tests/support/eventually.hpp"

namespace walbench::engine {
namespace {

using test_support::Detached;
using test_support::eventually;
using testing::ElementsAre;
using testing::IsEmpty;

using Next = storage::Resumer::Next;

/// Where a parked coroutine went on.
struct Resumption {
  int number;
  std::thread::id thread;
};

class ResumingThreadsTest : public testing::Test {
 protected:
  ~ResumingThreadsTest() override { threads_.wait_until_idle(); }

  /// Parks that many coroutines; each counts a lifecycle when it goes on, and says where that was.
  void park(int count) {
    for (int number = 0; number < count; ++number) {
      wait(number);
    }
  }
  Detached wait(int number) {
    struct Park {
      std::vector<std::coroutine_handle<>>& parked;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> waiter) const { parked.push_back(waiter); }
      void await_resume() const noexcept {}
    };
    co_await Park{parked_};
    resumptions_.push_back({number, std::this_thread::get_id()});
    threads_.count_iteration();
    resumed_.fetch_add(1);
  }

  WorkerPool pool_{2};
  ResumingThreads threads_{pool_, nullptr};
  std::vector<std::coroutine_handle<>> parked_;
  std::vector<Resumption> resumptions_;  // guarded by resumed_ having reached its size
  std::atomic<int> resumed_ = 0;
};

TEST_F(ResumingThreadsTest, RunsAGroupItselfWhereThereIsNothingElseToDo) {
  park(3);
  threads_.resume(parked_, Next::nothing);
  ASSERT_EQ(resumptions_.size(), 3U);
  for (int number = 0; number < 3; ++number) {
    EXPECT_EQ(resumptions_[static_cast<std::size_t>(number)].number, number);
    EXPECT_EQ(resumptions_[static_cast<std::size_t>(number)].thread, std::this_thread::get_id());
  }
}

TEST_F(ResumingThreadsTest, HandsAGroupToOneThreadOfTheArenaWhereAnotherGroupWaits) {
  park(50);
  threads_.resume(parked_, Next::a_group);
  ASSERT_TRUE(eventually([this] { return resumed_.load() == 50; }));
  EXPECT_NE(resumptions_.front().thread, std::this_thread::get_id());
  for (int number = 0; number < 50; ++number) {
    EXPECT_EQ(resumptions_[static_cast<std::size_t>(number)].number, number);
    EXPECT_EQ(resumptions_[static_cast<std::size_t>(number)].thread, resumptions_.front().thread);
  }
}

TEST_F(ResumingThreadsTest, WhatItWasGivenMayGoOnceItIsHandedOver) {
  park(5);
  {
    const std::vector<std::coroutine_handle<>> group = parked_;
    threads_.resume(group, Next::a_group);
  }
  EXPECT_TRUE(eventually([this] { return resumed_.load() == 5; }));
}

TEST_F(ResumingThreadsTest, CountsLifecyclesByTheThreadThatEndedThem) {
  threads_.run_as(0, [this] {
    threads_.count_iteration();
    threads_.count_iteration();
  });
  park(3);
  threads_.resume(parked_, Next::nothing);
  parked_.clear();
  resumptions_.clear();
  park(4);
  threads_.resume(parked_, Next::a_group);
  ASSERT_TRUE(eventually([this] { return resumed_.load() == 7; }));
  threads_.wait_until_idle();
  EXPECT_THAT(threads_.iterations(), ElementsAre(2, 4, 3));
  threads_.restart_counting();
  EXPECT_THAT(threads_.iterations(), ElementsAre(0, 0, 0));
}

TEST_F(ResumingThreadsTest, IsIdleOnlyWhenNoThreadIsInCarry) {
  std::atomic<bool> inside = false;
  std::atomic<bool> about_to_wait = false;
  std::atomic<bool> on_the_way_out = false;
  const std::jthread carrier([&] {
    threads_.run_as(1, [&] {
      inside = true;
      EXPECT_TRUE(eventually([&] { return about_to_wait.load(); }));
      // Long enough for somebody who does not wait to be seen not to.
      for (int turn = 0; turn < 1'000; ++turn) {
        std::this_thread::yield();
      }
      on_the_way_out = true;
    });
  });
  ASSERT_TRUE(eventually([&] { return inside.load(); }));
  about_to_wait = true;
  threads_.wait_until_idle();
  EXPECT_TRUE(on_the_way_out.load());
}

TEST_F(ResumingThreadsTest, IsIdleOnlyWhenTheLastOfSeveralHasLeft) {
  constexpr int kThreads = 4;
  std::atomic<int> inside = 0;
  std::atomic<int> left = 0;
  std::atomic<bool> go = false;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      threads_.run_as(0, [&] {
        inside.fetch_add(1);
        EXPECT_TRUE(eventually([&] { return go.load() && left.load() == thread; }));
        left.fetch_add(1);
      });
    });
  }
  ASSERT_TRUE(eventually([&] { return inside.load() == kThreads; }));
  go = true;
  threads_.wait_until_idle();
  EXPECT_EQ(left.load(), kThreads);
}

TEST_F(ResumingThreadsTest, NobodyCarriesNobodyIsWaitedFor) {
  threads_.wait_until_idle();
  int carried = 0;
  threads_.run_as(0, [&] { ++carried; });
  threads_.wait_until_idle();
  EXPECT_EQ(carried, 1);
}

TEST_F(ResumingThreadsTest, TheCommitterAnnouncesItselfOnItsOwnThread) {
  std::vector<std::thread::id> entered;
  ResumingThreads carriers(pool_, [&] { entered.push_back(std::this_thread::get_id()); });
  EXPECT_THAT(entered, IsEmpty());
  std::thread::id committer;
  std::jthread([&] {
    committer = std::this_thread::get_id();
    carriers.committer_starts();
  }).join();
  EXPECT_THAT(entered, ElementsAre(committer));
}

TEST_F(ResumingThreadsTest, WithoutAHookTheCommitterStartsQuietly) {
  EXPECT_NO_THROW(threads_.committer_starts());
}

}  // namespace
}  // namespace walbench::engine
