#pragma once

#include <coroutine>
#include <exception>

namespace walbench::test_support {

/// A coroutine that starts at once, belongs to nobody and goes when it ends. It must let no
/// exception out.
struct Detached {
  struct promise_type {
    Detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

/// Suspends whoever awaits it and keeps the handle, for the test to resume.
struct Parking {
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) noexcept { parked = waiter; }
  void await_resume() const noexcept {}

  std::coroutine_handle<> parked;
};

}  // namespace walbench::test_support
