#pragma once

#include <coroutine>
#include <exception>
#include <utility>

namespace walbench::engine {

/// The coroutine of one lifecycle. It starts when run, and whoever holds the task owns the frame.
///
/// With what it awaits today (see storage::Completed) it never suspends in between, so run()
/// carries it from hydration to the last commit on the calling thread.
class [[nodiscard]] LifecycleTask {
 public:
  struct promise_type {
    LifecycleTask get_return_object() {
      return LifecycleTask(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { failure = std::current_exception(); }

    std::exception_ptr failure;
  };

  LifecycleTask(LifecycleTask&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  LifecycleTask(const LifecycleTask&) = delete;
  LifecycleTask& operator=(const LifecycleTask&) = delete;
  LifecycleTask& operator=(LifecycleTask&&) = delete;
  ~LifecycleTask() {
    if (frame_) frame_.destroy();
  }

  /// Runs the lifecycle to its end and rethrows what ended it early. Once per task.
  void run() {
    frame_.resume();
    if (frame_.promise().failure) std::rethrow_exception(frame_.promise().failure);
  }

 private:
  explicit LifecycleTask(std::coroutine_handle<promise_type> frame) : frame_(frame) {}

  std::coroutine_handle<promise_type> frame_;
};

}  // namespace walbench::engine
