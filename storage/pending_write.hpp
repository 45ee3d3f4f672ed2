#pragma once

#include <coroutine>
#include <cstdint>
#include <exception>

#include "metrics/clock.hpp"
#include "storage/transaction.hpp"

namespace walbench::storage {

/// A transaction on its way through a queue. It lives in the frame of the coroutine that awaits it,
/// from submit() until that coroutine is resumed.
struct WriteRequest {
  // Filled in by the awaiting coroutine.
  const Transaction* transaction = nullptr;
  std::coroutine_handle<> waiter;
  std::int64_t asked_ns = 0;

  // Filled in by the queue's taker before the waiter is resumed.
  std::int64_t held_ns = 0;  ///< when the write lock was held for it
  std::int64_t busy_wait_ns = 0;
  std::int64_t checkpoint_wait_ns = 0;
  std::int64_t sync_wait_ns = 0;
  bool closes_group = false;   ///< the last of those that its COMMIT made durable
  std::exception_ptr failure;  ///< what kept it from being durable

  WriteRequest* next = nullptr;  ///< the queue's
};

/// Takes requests and has their waiters resumed once they are decided.
class WriteQueue {
 public:
  WriteQueue() = default;
  WriteQueue(const WriteQueue&) = delete;
  WriteQueue& operator=(const WriteQueue&) = delete;
  virtual ~WriteQueue() = default;

  /// Thread safe. By the time it returns, the waiter may already run on another thread, and the
  /// request may be gone.
  virtual void submit(WriteRequest& request) = 0;
};

/// A session's return value for a transaction: `co_await` gives its timings, or throws what kept it
/// from being acknowledged.
///
/// A store that blocks has carried it out by then, and awaiting it does not suspend. A store that
/// queues it suspends the coroutine, which goes on once the transaction is durable, perhaps on
/// another thread. The workload's code is the same either way.
class [[nodiscard]] PendingWrite {
 public:
  /// A transaction that was carried out.
  explicit PendingWrite(const WriteTimings& done) : timings_(done) {}

  /// A transaction to be queued when it is awaited. All arguments must outlive the await.
  PendingWrite(WriteQueue& queue, const metrics::Clock& clock, const Transaction& transaction)
      : queue_(&queue), clock_(&clock) {
    request_.transaction = &transaction;
  }

  bool await_ready() const noexcept { return queue_ == nullptr; }

  void await_suspend(std::coroutine_handle<> waiter) {
    request_.waiter = waiter;
    request_.asked_ns = clock_->now_ns();
    queue_->submit(request_);
  }

  /// The `commit` of a queued transaction ends here: it includes the wait to be resumed.
  WriteTimings await_resume() {
    if (queue_ == nullptr) return timings_;
    if (request_.failure) std::rethrow_exception(request_.failure);
    const std::int64_t now_ns = clock_->now_ns();
    return {.lock_wait_ns = request_.held_ns - request_.asked_ns,
            .pool_wait_ns = 0,
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
