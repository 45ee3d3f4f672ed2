#pragma once

#include <coroutine>
#include <cstdint>

namespace walbench::engine {

/// Lets coroutines wait for a time without holding a thread.
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  virtual ~Timer() = default;

  /// Resumes `waiter`, on any thread, once the clock has reached `due_ns` or everything is
  /// cancelled. Thread safe; by the time it returns, the waiter may already run.
  virtual void resume_at(std::int64_t due_ns, std::coroutine_handle<> waiter) = 0;

  /// True if waiters are resumed before they are due. Thread safe.
  virtual bool cancelled() const = 0;
};

}  // namespace walbench::engine
