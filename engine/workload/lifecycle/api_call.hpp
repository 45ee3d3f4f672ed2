#pragma once

#include <coroutine>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <utility>

namespace walbench::engine {

/// A call that was given up because the run is being stopped.
class ApiCallCancelled : public std::runtime_error {
 public:
  ApiCallCancelled() : std::runtime_error("the API call was cancelled: the run is stopping") {}
};

/// Where lifecycles wait for an API's answer without holding a thread.
class AnswerWaits {
 public:
  AnswerWaits() = default;
  AnswerWaits(const AnswerWaits&) = delete;
  AnswerWaits& operator=(const AnswerWaits&) = delete;
  virtual ~AnswerWaits() = default;

  /// Resumes `waiter`, on any thread, once the clock has reached `due_ns`, or everything is
  /// cancelled. Thread safe; by the time it returns the waiter may have gone on.
  virtual void wait_for_answer(std::int64_t due_ns, std::coroutine_handle<> waiter) = 0;

  /// Whether waiters are resumed before they are due. Thread safe.
  virtual bool cancelled() const = 0;
};

/// What the API hands back for a call: `co_await` gives the answer, or nothing where the call
/// failed. The answer is there, and the delay is over, by the time it is awaited, or the coroutine
/// is suspended until it is.
template <typename Answer>
class [[nodiscard]] ApiCall {
 public:
  /// A call that is over.
  explicit ApiCall(std::optional<Answer> answer) : answer_(std::move(answer)) {}

  /// A call that is over at `due_ns`. `waits` must outlive the await.
  ApiCall(std::optional<Answer> answer, AnswerWaits& waits, std::int64_t due_ns)
      : answer_(std::move(answer)), waits_(&waits), due_ns_(due_ns) {}

  bool await_ready() const noexcept { return waits_ == nullptr; }
  void await_suspend(std::coroutine_handle<> waiter) { waits_->wait_for_answer(due_ns_, waiter); }

  /// Throws ApiCallCancelled.
  std::optional<Answer> await_resume() {
    if (waits_ != nullptr && waits_->cancelled()) throw ApiCallCancelled();
    return std::move(answer_);
  }

 private:
  std::optional<Answer> answer_;
  AnswerWaits* waits_ = nullptr;
  std::int64_t due_ns_ = 0;
};

}  // namespace walbench::engine
