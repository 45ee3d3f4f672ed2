#pragma once

#include <atomic>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <span>
#include <stop_token>

#include "engine/workers/delayed_calls.hpp"
#include "engine/workers/executor.hpp"
#include "engine/workers/resuming_threads.hpp"
#include "engine/workers/worker_pool.hpp"
#include "metrics/clock.hpp"
#include "storage/store.hpp"

namespace walbench::engine {

/// The executor for stores that suspend: thousands of iterations in flight on a few threads. The
/// head of the .cpp says which thread does what.
class SuspendingExecutor final : public Executor, private Timer {
 public:
  /// OS threads in the pool, whatever the number of iterations in flight: one that starts
  /// iterations and resumes those whose delay is over, and one for groups that the committer hands
  /// over.
  static constexpr std::size_t kPoolThreads = 2;

  /// `threads` are those of the pool, and what the store resumes with. All must outlive the
  /// executor.
  SuspendingExecutor(WorkerPool& pool, ResumingThreads& threads, storage::SuspendingStore& store,
                     const metrics::Clock& clock, std::size_t in_flight);

  /// A run that was stopped, or failed, leaves the executor unusable.
  ExecutorReport run(std::int64_t count, Body& body, const std::stop_token& stop) override;
  std::size_t workers() const override { return threads_.workers(); }
  Timer* timer() override { return this; }

 private:
  struct Driver;
  Driver drive(Body& body, std::int64_t count, std::stop_token stop);
  std::int64_t next_iteration(const Body& body, const std::stop_token& stop);
  void start_drivers(std::size_t drivers, std::int64_t count, Body& body,
                     const std::stop_token& stop);
  void driver_ends();
  void fail(const std::exception_ptr& failure);
  void resume_due(std::span<const std::coroutine_handle<>> due);
  void cancel();

  void resume_at(std::int64_t due_ns, std::coroutine_handle<> waiter) override;
  bool cancelled() const override { return calls_.cancelled(); }

  // Constant after construction.
  WorkerPool& pool_;
  ResumingThreads& threads_;
  storage::SuspendingStore& store_;
  const metrics::Clock& clock_;
  const std::size_t most_in_flight_;

  // Safe from any thread.
  DelayedCalls calls_;
  std::atomic<std::int64_t> next_ = 0;
  std::atomic<std::size_t> drivers_ = 0;  ///< that have not ended

  std::mutex failure_mutex_;  // guards what follows
  std::exception_ptr failure_;
};

}  // namespace walbench::engine
