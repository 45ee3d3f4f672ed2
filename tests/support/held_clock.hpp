#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>

#include "metrics/clock.hpp"

namespace walbench::test_support {

/// A clock that stands still until advance() is called, and at which wait_until() really waits: it
/// returns when somebody notifies, or advance() has reached the time, and not for any other reason.
/// One thread waits at a time. Thread safe.
class HeldClock final : public metrics::Clock {
 public:
  std::int64_t now_ns() const noexcept override { return now_ns_.load(); }

  /// Nobody who is tested with this clock may block.
  [[nodiscard]] bool sleep_for(std::chrono::nanoseconds /*duration*/,
                               const std::stop_token& /*stop*/) const override {
    sleeps_.fetch_add(1);
    return true;
  }

  void pause_for(std::chrono::nanoseconds /*duration*/) const override { sleeps_.fetch_add(1); }

  void wait_until(std::int64_t until_ns, std::unique_lock<std::mutex>& lock,
                  std::condition_variable& woken) const override {
    {
      const std::lock_guard own(mutex_);
      if (now_ns_.load() >= until_ns) return;
      waiters_mutex_ = lock.mutex();
      woken_ = &woken;
      ++waits_;
    }
    woken.wait(lock);
    const std::lock_guard own(mutex_);
    woken_ = nullptr;
  }

  void advance(std::chrono::nanoseconds duration) {
    std::mutex* waiters_mutex = nullptr;
    std::condition_variable* woken = nullptr;
    {
      const std::lock_guard own(mutex_);
      now_ns_.fetch_add(duration.count());
      waiters_mutex = waiters_mutex_;
      woken = woken_;
    }
    if (woken == nullptr) return;
    const std::lock_guard lock(*waiters_mutex);
    woken->notify_one();
  }

  /// How often somebody has begun to wait for a time that was still to come.
  int waits() const {
    const std::lock_guard own(mutex_);
    return waits_;
  }
  int sleeps() const { return sleeps_.load(); }

 private:
  // Safe from any thread.
  mutable std::atomic<std::int64_t> now_ns_ = 0;
  mutable std::atomic<int> sleeps_ = 0;

  mutable std::mutex mutex_;  // guards what follows
  mutable std::mutex* waiters_mutex_ = nullptr;
  mutable std::condition_variable* woken_ = nullptr;
  mutable int waits_ = 0;
};

}  // namespace walbench::test_support
