#pragma once

#include <coroutine>
#include <cstdint>
#include <exception>

#include "metrics/clock.hpp"
#include "storage/transition_write.hpp"

namespace walbench::storage {

/// A write on its way through a queue. It lives in the frame of the coroutine that awaits it, from
/// submit() until that coroutine is resumed.
struct WriteRequest {
  // Filled in by whoever awaits.
  const TransitionWrite* write = nullptr;
  std::coroutine_handle<> waiter;
  std::int64_t asked_ns = 0;

  // Filled in by whoever takes it from the queue, before the waiter is resumed.
  std::int64_t held_ns = 0;  ///< when the write lock was held for it
  std::int64_t busy_wait_ns = 0;
  std::int64_t checkpoint_wait_ns = 0;
  std::int64_t sync_wait_ns = 0;
  bool closes_group = false;   ///< the last of those that its COMMIT made durable
  std::exception_ptr failure;  ///< what kept it from being durable

  WriteRequest* next = nullptr;  ///< the queue's
};

/// Takes requests and has their waiters resumed when they are decided.
class WriteQueue {
 public:
  WriteQueue() = default;
  WriteQueue(const WriteQueue&) = delete;
  WriteQueue& operator=(const WriteQueue&) = delete;
  virtual ~WriteQueue() = default;

  /// Thread safe. By the time it returns the waiter may have gone on, on another thread, and the
  /// request with it.
  virtual void submit(WriteRequest& request) = 0;
};

/// What a store hands back for a write: `co_await` gives its timings, or throws what kept it from
/// being acknowledged.
///
/// A store that blocks has carried the write out by then, and awaiting it does not suspend. One
/// that queues it suspends the coroutine; it goes on when the write is durable, perhaps on another
/// thread. A lifecycle reads the same either way.
class [[nodiscard]] PendingWrite {
 public:
  /// A write that was carried out.
  explicit PendingWrite(const WriteTimings& done) : timings_(done) {}

  /// A write to be queued when it is awaited. All must outlive the await.
  PendingWrite(WriteQueue& queue, const metrics::Clock& clock, const TransitionWrite& write)
      : queue_(&queue), clock_(&clock) {
    request_.write = &write;
  }

  bool await_ready() const noexcept { return queue_ == nullptr; }

  void await_suspend(std::coroutine_handle<> waiter) {
    request_.waiter = waiter;
    request_.asked_ns = clock_->now_ns();
    queue_->submit(request_);
  }

  /// A queued write's `commit` ends here: it is what its lifecycle waited, its turn to be resumed
  /// included.
  WriteTimings await_resume() {
    if (queue_ == nullptr) return timings_;
    if (request_.failure) std::rethrow_exception(request_.failure);
    const std::int64_t now_ns = clock_->now_ns();
    return {.lock_wait_ns = request_.held_ns - request_.asked_ns,
            .queue_wait_ns = 0,
            .busy_wait_ns = request_.busy_wait_ns,
            .statement_ns = 0,
            .commit_ns = now_ns - request_.held_ns,
            .checkpoint_wait_ns = request_.checkpoint_wait_ns,
            .sync_wait_ns = request_.sync_wait_ns,
            .db_total_ns = now_ns - request_.asked_ns,
            .committed = request_.closes_group};
  }

 private:
  WriteQueue* queue_ = nullptr;
  const metrics::Clock* clock_ = nullptr;
  WriteTimings timings_;
  WriteRequest request_;
};

}  // namespace walbench::storage
