// Silent bugs these tests would catch: a mark that mixes two moments, so that differences are wrong
// by a whole transaction or negative; a release remembered under another one's number; figures torn
// while a writer changes them.

#include "storage/sqlite/watch/write_lock_timeline.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "metrics/clock.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::storage {
namespace {

using std::chrono::nanoseconds;
using test_support::ManualClock;

class WriteLockTimelineTest : public testing::Test {
 protected:
  void hold(std::int64_t ns) {
    const std::int64_t holding = timeline_->acquired();
    clock_.advance(nanoseconds(ns));
    timeline_->released(holding);
  }

  ManualClock clock_;
  std::unique_ptr<WriteLockTimeline> timeline_ = std::make_unique<WriteLockTimeline>(clock_);
};

TEST_F(WriteLockTimelineTest, AMarkKnowsWhatWasHeldUpToNow) {
  hold(10);
  clock_.advance(nanoseconds(5));
  timeline_->acquired();
  clock_.advance(nanoseconds(7));
  const WriteLockTimeline::Mark mark = timeline_->mark();
  EXPECT_TRUE(mark.is_held);
  EXPECT_EQ(mark.held_ns, 17);
  EXPECT_EQ(mark.acquisitions, 2);
  EXPECT_EQ(mark.releases, 1);
  EXPECT_EQ(mark.at_ns, clock_.now_ns());
}

TEST_F(WriteLockTimelineTest, AFreeLockIsFreeAtTheMarkItself) {
  hold(10);
  const WriteLockTimeline::Mark mark = timeline_->mark();
  clock_.advance(nanoseconds(100));
  EXPECT_EQ(timeline_->first_free_after(mark), mark.at_ns);
}

TEST_F(WriteLockTimelineTest, AHeldLockIsFreeAtItsNextReleaseHoweverManyCameSince) {
  const std::int64_t holding = timeline_->acquired();
  const WriteLockTimeline::Mark mark = timeline_->mark();
  EXPECT_FALSE(timeline_->first_free_after(mark).has_value());
  clock_.advance(nanoseconds(3));
  timeline_->released(holding);
  const std::int64_t released_at = clock_.now_ns();
  for (int later = 0; later < 1000; ++later) {
    clock_.advance(nanoseconds(1));
    hold(2);
  }
  EXPECT_EQ(timeline_->first_free_after(mark), released_at);
}

TEST_F(WriteLockTimelineTest, AReleaseThatIsLongForgottenIsNotGuessed) {
  const std::int64_t holding = timeline_->acquired();
  const WriteLockTimeline::Mark mark = timeline_->mark();
  timeline_->released(holding);
  for (std::size_t later = 0; later < WriteLockTimeline::kReleasesKept; ++later) {
    hold(1);
  }
  EXPECT_FALSE(timeline_->first_free_after(mark).has_value());
}

TEST_F(WriteLockTimelineTest, WhoeverGotTheLockEndsTheHoldingOfWhoHasNotSaidSo) {
  const std::int64_t preempted = timeline_->acquired();
  clock_.advance(nanoseconds(10));
  const WriteLockTimeline::Mark during = timeline_->mark();
  const std::int64_t next = timeline_->acquired();
  clock_.advance(nanoseconds(4));
  timeline_->released(preempted);  // Too late to mean the present one.
  EXPECT_TRUE(timeline_->mark().is_held);
  clock_.advance(nanoseconds(1));
  timeline_->released(next);
  const WriteLockTimeline::Mark after = timeline_->mark();
  EXPECT_EQ(after.held_ns, 15);
  EXPECT_EQ(after.acquisitions, 2);
  EXPECT_EQ(after.releases, 2);
  EXPECT_EQ(timeline_->first_free_after(during), ManualClock::kStartNs + 10);
  EXPECT_EQ(timeline_->longest_free_ns(), 0);
}

TEST_F(WriteLockTimelineTest, TheLongestGapLiesBetweenTwoHolders) {
  clock_.advance(nanoseconds(1000));  // before the first one: no gap
  hold(1);
  clock_.advance(nanoseconds(30));
  hold(1);
  clock_.advance(nanoseconds(20));
  hold(1);
  clock_.advance(nanoseconds(500));  // not over yet
  EXPECT_EQ(timeline_->longest_free_ns(), 30);
}

// Writers take turns behind a mutex, which stands for the lock, while others mark. Whatever they
// see must be possible: nothing goes back, no more is held than time has passed, and a lock that is
// held has been taken once more than it was left.
TEST(WriteLockTimelineThreads, MarksAreOfOneMoment) {
  const metrics::SteadyClock clock;
  WriteLockTimeline timeline(clock);
  std::mutex lock;
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
  for (int writer = 0; writer < 2; ++writer) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < 20'000; ++turn) {
        std::int64_t holding = 0;
        {
          const std::lock_guard held(lock);
          holding = timeline.acquired();
        }
        timeline.released(holding);  // As a thread does that was preempted after it let go.
      }
    });
  }
  std::atomic<int> wrong = 0;
  for (int reader = 0; reader < 2; ++reader) {
    threads.emplace_back([&] {
      WriteLockTimeline::Mark before = timeline.mark();
      while (!stop.load()) {
        const WriteLockTimeline::Mark now = timeline.mark();
        const bool possible = now.at_ns >= before.at_ns && now.held_ns >= before.held_ns &&
                              now.held_ns - before.held_ns <= now.at_ns - before.at_ns &&
                              now.acquisitions == now.releases + (now.is_held ? 1 : 0);
        if (!possible) wrong.fetch_add(1);
        before = now;
      }
    });
  }
  threads[0].join();
  threads[1].join();
  stop = true;
  threads[2].join();
  threads[3].join();
  EXPECT_EQ(wrong.load(), 0);
  EXPECT_EQ(timeline.mark().acquisitions, 40'000);
}

}  // namespace
}  // namespace walbench::storage
