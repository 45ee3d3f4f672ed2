#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

#include "metrics/clock.hpp"

namespace walbench::test_support {

/// A clock whose time moves only when it is told to: by advance(), by a sleep (for its duration),
/// and by a fixed step after each reading, so that a test can say what any interval must be. Thread
/// safe.
class ManualClock final : public metrics::Clock {
 public:
  static constexpr std::int64_t kStartNs = 1'000'000;

  /// `step` is what time moves on after each reading; by default it stands still.
  explicit ManualClock(std::chrono::nanoseconds step = std::chrono::nanoseconds(0))
      : step_ns_(step.count()) {}

  std::int64_t now_ns() const noexcept override {
    readings_.fetch_add(1);
    return now_ns_.fetch_add(step_ns_);
  }

  /// Records the sleep and calls on_sleep(); then moves time on by `duration`, unless a stop is
  /// requested by then. Does not block.
  [[nodiscard]] bool sleep_for(std::chrono::nanoseconds duration,
                               const std::stop_token& stop) const override {
    {
      const std::lock_guard lock(mutex_);
      sleeps_.push_back(duration);
    }
    if (on_sleep_) on_sleep_();
    if (stop.stop_requested()) return false;
    now_ns_.fetch_add(duration.count());
    return true;
  }

  void pause_for(std::chrono::nanoseconds duration) const override {
    static_cast<void>(sleep_for(duration, {}));
  }

  /// Moves time on to `until_ns`, unless it is later already. Does not block.
  void wait_until(std::int64_t until_ns, std::unique_lock<std::mutex>& /*lock*/,
                  std::condition_variable& /*woken*/) const override {
    std::int64_t now = now_ns_.load();
    while (now < until_ns && !now_ns_.compare_exchange_weak(now, until_ns)) {
    }
  }

  void advance(std::chrono::nanoseconds duration) const { now_ns_.fetch_add(duration.count()); }

  /// What happens on the sleeping thread before time moves on. Set it before the threads start.
  void on_sleep(std::function<void()> action) { on_sleep_ = std::move(action); }

  std::vector<std::chrono::nanoseconds> sleeps() const {
    const std::lock_guard lock(mutex_);
    return sleeps_;
  }
  std::int64_t readings() const { return readings_.load(); }

 private:
  // Constant once threads run.
  const std::int64_t step_ns_;
  std::function<void()> on_sleep_;

  // Safe from any thread.
  mutable std::atomic<std::int64_t> now_ns_ = kStartNs;
  mutable std::atomic<std::int64_t> readings_ = 0;

  mutable std::mutex mutex_;
  mutable std::vector<std::chrono::nanoseconds> sleeps_;  // guarded by mutex_
};

}  // namespace walbench::test_support
