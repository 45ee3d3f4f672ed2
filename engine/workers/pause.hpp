#pragma once

#include <coroutine>
#include <cstdint>

#include "engine/workers/timer.hpp"

namespace walbench::engine {

/// A wait without a thread: `co_await` suspends until the timer's clock has reached a moment, and
/// says whether it has: false if everything was cancelled before.
class [[nodiscard]] Pause {
 public:
  /// A pause that is over.
  Pause() = default;
  /// `timer` must outlive the await.
  Pause(Timer& timer, std::int64_t due_ns) : timer_(&timer), due_ns_(due_ns) {}

  bool await_ready() const noexcept { return timer_ == nullptr; }
  void await_suspend(std::coroutine_handle<> waiter) const { timer_->resume_at(due_ns_, waiter); }
  bool await_resume() const { return timer_ == nullptr || !timer_->cancelled(); }

 private:
  Timer* timer_ = nullptr;
  std::int64_t due_ns_ = 0;
};

}  // namespace walbench::engine
