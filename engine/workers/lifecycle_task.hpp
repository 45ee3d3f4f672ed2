#pragma once

#include <coroutine>
#include <exception>
#include <utility>

namespace walbench::engine {

/// The coroutine of one lifecycle. It starts when run or awaited, and whoever holds the task owns
/// the frame.
///
/// Where neither store nor API suspends, run() carries it from hydration to the last commit on the
/// calling thread. Otherwise it is awaited by another coroutine, which goes on when it has ended,
/// on whichever thread ended it.
class [[nodiscard]] LifecycleTask {
 public:
  struct promise_type {
    /// At its end the task hands the thread to whoever awaits it.
    struct FinalAwaiter {
      bool await_ready() const noexcept { return false; }
      std::coroutine_handle<> await_suspend(
          std::coroutine_handle<promise_type> frame) const noexcept {
        return frame.promise().awaiting;
      }
      void await_resume() const noexcept {}
    };

    LifecycleTask get_return_object() {
      return LifecycleTask(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    FinalAwaiter final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { failure = std::current_exception(); }

    std::coroutine_handle<> awaiting = std::noop_coroutine();
    std::exception_ptr failure;
  };

  LifecycleTask(LifecycleTask&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  LifecycleTask(const LifecycleTask&) = delete;
  LifecycleTask& operator=(const LifecycleTask&) = delete;
  LifecycleTask& operator=(LifecycleTask&&) = delete;
  ~LifecycleTask() {
    if (frame_) frame_.destroy();
  }

  /// Runs the lifecycle to its end and rethrows what ended it early. Once per task, and only where
  /// nothing that it awaits suspends.
  void run() {
    frame_.resume();
    rethrow_failure();
  }

  // Awaiting it starts it, and gives or rethrows what it ended with.
  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
    frame_.promise().awaiting = awaiting;
    return frame_;
  }
  void await_resume() const { rethrow_failure(); }

 private:
  explicit LifecycleTask(std::coroutine_handle<promise_type> frame) : frame_(frame) {}

  void rethrow_failure() const {
    if (frame_.promise().failure) std::rethrow_exception(frame_.promise().failure);
  }

  std::coroutine_handle<promise_type> frame_;
};

}  // namespace walbench::engine
