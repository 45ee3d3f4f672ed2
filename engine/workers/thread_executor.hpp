#pragma once

#include <cstddef>
#include <functional>

#include "engine/workers/executor.hpp"
#include "metrics/clock.hpp"

namespace walbench::engine {

/// Runs iterations on threads of its own, one at a time on each, beside whatever pool is at work.
class ThreadExecutor final : public Executor {
 public:
  /// `clock` must outlive it. Each thread calls `on_thread_enters`, if there is one, before its
  /// first iteration.
  ThreadExecutor(std::size_t threads, std::function<void()> on_thread_enters,
                 const metrics::Clock& clock)
      : threads_(threads), on_thread_enters_(std::move(on_thread_enters)), clock_(clock) {}

  /// Body::begins() is called before any thread starts. Throws WorkerPoolError if one does not.
  ExecutorReport run(std::int64_t count, Body& body, const std::stop_token& stop) override;
  std::size_t workers() const override { return threads_; }
  Timer* timer() override { return nullptr; }

 private:
  std::size_t threads_;
  std::function<void()> on_thread_enters_;
  const metrics::Clock& clock_;
};

}  // namespace walbench::engine
