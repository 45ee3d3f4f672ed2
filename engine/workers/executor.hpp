#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>

#include "engine/workers/task.hpp"
#include "engine/workers/timer.hpp"
#include "engine/workers/worker_pool.hpp"

namespace walbench::engine {

/// The iterations that an executor runs.
class Body {
 public:
  Body() = default;
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;
  virtual ~Body() = default;

  /// One iteration. Throws only if there is no memory for it. Thread safe.
  virtual Task iterate(std::int64_t number) = 0;

  /// All threads have met: the first iteration is about to begin, and so is the clock.
  virtual void begins() {}

  /// False: no further iteration is to start; those that have started go on. Asked before each.
  /// Thread safe.
  virtual bool wants_more() const { return true; }
};

/// A number of iterations that is not reached: their body says when there are enough.
inline constexpr std::int64_t kEndless = 1'000'000'000'000;

/// How a run of iterations was spread over threads.
struct ExecutorReport {
  WorkerStats workers;          ///< its threads are those that ran iterations
  std::int64_t started_ns = 0;  ///< when all threads had met
};

/// Runs iterations, a fixed number of them at a time. One run at a time.
class Executor {
 public:
  Executor() = default;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  virtual ~Executor() = default;

  /// Runs the iterations 0 .. count - 1 to their end, or as many as the body wants. A requested
  /// stop keeps further ones from starting and makes those that wait give up. So does an iteration
  /// that throws: its exception is rethrown when all others have ended. Throws WorkerPoolError.
  virtual ExecutorReport run(std::int64_t count, Body& body, const std::stop_token& stop) = 0;

  /// The number of workers that current_worker() may return.
  virtual std::size_t workers() const = 0;

  /// The timer that lets iterations wait without a thread; null: they sleep on their own thread.
  virtual Timer* timer() = 0;
};

/// The worker that the calling thread is: 0 .. workers() - 1. An iteration may change threads when
/// it suspends, so it is read afresh each time and never kept across an await.
std::size_t current_worker();

/// Makes the calling thread that worker.
void become_worker(std::size_t worker);

}  // namespace walbench::engine
