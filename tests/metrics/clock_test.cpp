// Silent bugs these tests would catch: an interrupted run that first sleeps out an API call of
// hours; a sleep that was cut short and counts as a whole API call; a clock that goes back, whose
// negative intervals would be dropped as out of range.

#include "metrics/clock.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace walbench::metrics {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(SteadyClock, NeverGoesBackOnAnyThread) {
  const SteadyClock clock;
  std::vector<std::int64_t> steps_back(4, 0);
  {
    std::vector<std::jthread> threads;
    for (std::int64_t& count : steps_back) {
      threads.emplace_back([&clock, &count] {
        std::int64_t last = clock.now_ns();
        for (int reading = 0; reading < 50'000; ++reading) {
          const std::int64_t now = clock.now_ns();
          if (now < last) ++count;
          last = now;
        }
      });
    }
  }
  EXPECT_EQ(std::ranges::count(steps_back, 0), std::ssize(steps_back));
}

TEST(SteadyClock, CountsNanoseconds) {
  const SteadyClock clock;
  const auto reference = std::chrono::steady_clock::now();
  const std::int64_t before = clock.now_ns();
  const auto since_epoch =
      std::chrono::duration_cast<std::chrono::nanoseconds>(reference.time_since_epoch());
  EXPECT_GE(before, since_epoch.count());
  EXPECT_LT(before - since_epoch.count(), std::chrono::nanoseconds(hours(1)).count());
}

TEST(SteadyClock, AShortSleepPassesWhole) {
  const SteadyClock clock;
  const std::stop_source source;
  constexpr milliseconds kShort(5);
  const std::int64_t before = clock.now_ns();
  EXPECT_TRUE(clock.sleep_for(kShort, source.get_token()));
  EXPECT_GE(clock.now_ns() - before, std::chrono::nanoseconds(kShort).count()) << "not a bit less";
}

TEST(SteadyClock, SleepsWithoutAnybodyWhoCouldStopIt) {
  const SteadyClock clock;
  EXPECT_TRUE(clock.sleep_for(milliseconds(1), std::stop_token()));
  EXPECT_TRUE(clock.sleep_for(milliseconds(0), std::stop_token()));
}

TEST(SteadyClock, StopCutsAnHourShort) {
  const SteadyClock clock;
  std::stop_source source;
  bool whole = true;
  const std::int64_t before = clock.now_ns();
  {
    const std::jthread sleeper([&] { whole = clock.sleep_for(hours(1), source.get_token()); });
    std::this_thread::sleep_for(milliseconds(10));
    source.request_stop();
  }
  EXPECT_FALSE(whole);
  EXPECT_LT(clock.now_ns() - before, std::chrono::nanoseconds(hours(1)).count());
}

TEST(SteadyClock, StopWakesAllSleepers) {
  const SteadyClock clock;
  std::stop_source source;
  std::vector<int> whole(20, 1);
  {
    std::vector<std::jthread> sleepers;
    for (int& each : whole) {
      sleepers.emplace_back([&clock, &source, &each] {
        each = clock.sleep_for(hours(1), source.get_token()) ? 1 : 0;
      });
    }
    source.request_stop();
  }
  EXPECT_EQ(std::ranges::count(whole, 0), std::ssize(whole));
}

TEST(SteadyClock, DoesNotSleepOnceStopped) {
  const SteadyClock clock;
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(clock.sleep_for(hours(1), source.get_token()));
}

TEST(SteadyClock, WaitsUntilATimeThatIsStillToCome) {
  const SteadyClock clock;
  std::mutex mutex;
  std::condition_variable woken;
  std::unique_lock lock(mutex);
  const std::int64_t until_ns = clock.now_ns() + std::chrono::nanoseconds(milliseconds(5)).count();
  while (clock.now_ns() < until_ns) {
    clock.wait_until(until_ns, lock, woken);
    ASSERT_TRUE(lock.owns_lock());
  }
  clock.wait_until(until_ns, lock, woken);  // and not for one that is past
  EXPECT_TRUE(lock.owns_lock());
}

TEST(SteadyClock, WhoWaitsForAnHourCanBeWokenAndLetsTheLockGoMeanwhile) {
  const SteadyClock clock;
  std::mutex mutex;
  std::condition_variable woken;
  bool told = false;  // guarded by mutex
  const std::int64_t until_ns = clock.now_ns() + std::chrono::nanoseconds(hours(1)).count();
  std::unique_lock lock(mutex);
  const std::jthread waker([&] {
    const std::lock_guard inside(mutex);
    told = true;
    woken.notify_one();
  });
  while (!told) {
    clock.wait_until(until_ns, lock, woken);
  }
  EXPECT_LT(clock.now_ns(), until_ns);
}

}  // namespace
}  // namespace walbench::metrics
