#pragma once

#include <coroutine>
#include <exception>
#include <utility>

namespace walbench::engine {

/// A coroutine that starts when it is run or awaited. Whoever holds the task owns the frame.
///
/// If nothing that it awaits suspends, run() carries it to its end on the calling thread. Otherwise
/// another coroutine awaits it and goes on when it has ended, on the thread that ended it.
class [[nodiscard]] Task {
 public:
  struct promise_type {
    /// At its end the task hands the thread to the coroutine that awaits it.
    struct FinalAwaiter {
      bool await_ready() const noexcept { return false; }
      std::coroutine_handle<> await_suspend(
          std::coroutine_handle<promise_type> frame) const noexcept {
        return frame.promise().awaiting;
      }
      void await_resume() const noexcept {}
    };

    Task get_return_object() {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    FinalAwaiter final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { failure = std::current_exception(); }

    std::coroutine_handle<> awaiting = std::noop_coroutine();
    std::exception_ptr failure;
  };

  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (frame_) frame_.destroy();
  }

  /// Runs the task to its end and rethrows what ended it early. Once per task, and only if nothing
  /// that it awaits suspends.
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
  explicit Task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}

  void rethrow_failure() const {
    if (frame_.promise().failure) std::rethrow_exception(frame_.promise().failure);
  }

  std::coroutine_handle<promise_type> frame_;
};

}  // namespace walbench::engine
