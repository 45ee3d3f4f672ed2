#pragma once

#include <condition_variable>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <vector>

#include "metrics/clock.hpp"

namespace walbench::engine {

/// Coroutines that wait for a time: thousands of them cost one thread, the one that serves.
/// Everything else is thread safe.
class DelayedCalls {
 public:
  explicit DelayedCalls(const metrics::Clock& clock) : clock_(clock) {}

  void add(std::int64_t due_ns, std::coroutine_handle<> waiter);

  /// Hands those that are due to `resume`, together and in the order they are due, until close()
  /// was called. `resume` runs on the calling thread and may add.
  void serve(const std::function<void(std::span<const std::coroutine_handle<>>)>& resume);

  /// Ends serve(). Requires that no coroutine waits.
  void close();

  /// Makes all coroutines due now, and those that are added later.
  void cancel();
  bool cancelled() const;

 private:
  struct Call {
    std::int64_t due_ns;
    std::coroutine_handle<> waiter;
  };
  std::int64_t earliest_ns() const;
  void take_due(std::vector<std::coroutine_handle<>>& due);

  const metrics::Clock& clock_;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::vector<Call> calls_;  ///< a heap, the earliest first
  bool closed_ = false;
  bool cancelled_ = false;
};

}  // namespace walbench::engine
