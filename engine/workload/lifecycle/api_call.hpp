#pragma once

#include <coroutine>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <utility>

#include "engine/workers/pause.hpp"
#include "engine/workers/timer.hpp"

namespace walbench::engine {

/// A call that was given up because the run is being stopped.
class ApiCallCancelled : public std::runtime_error {
 public:
  ApiCallCancelled() : std::runtime_error("the API call was cancelled: the run is stopping") {}
};

/// The return value of an API call: `co_await` gives the answer, or nothing if the call failed. The
/// delay is over by the time it is awaited, or the coroutine is suspended until it is.
template <typename Answer>
class [[nodiscard]] ApiCall {
 public:
  /// A call that is over.
  explicit ApiCall(std::optional<Answer> answer) : answer_(std::move(answer)) {}

  /// A call that is over at `due_ns`. `timer` must outlive the await.
  ApiCall(std::optional<Answer> answer, Timer& timer, std::int64_t due_ns)
      : answer_(std::move(answer)), delay_(timer, due_ns) {}

  bool await_ready() const noexcept { return delay_.await_ready(); }
  void await_suspend(std::coroutine_handle<> waiter) { delay_.await_suspend(waiter); }

  /// Throws ApiCallCancelled.
  std::optional<Answer> await_resume() {
    if (!delay_.await_resume()) throw ApiCallCancelled();
    return std::move(answer_);
  }

 private:
  std::optional<Answer> answer_;
  Pause delay_;
};

}  // namespace walbench::engine
