#include "engine/workers/delayed_calls.hpp"

#include <algorithm>
#include <functional>
#include <limits>

namespace walbench::engine {

void DelayedCalls::add(std::int64_t due_ns, std::coroutine_handle<> waiter) {
  bool is_earliest = false;
  {
    const std::lock_guard lock(mutex_);
    is_earliest = due_ns < earliest_ns();
    calls_.push_back({due_ns, waiter});
    std::ranges::push_heap(calls_, std::greater(), &Call::due_ns);
  }
  if (is_earliest) changed_.notify_one();
}

void DelayedCalls::serve(
    const std::function<void(std::span<const std::coroutine_handle<>>)>& resume) {
  std::vector<std::coroutine_handle<>> due;
  std::unique_lock lock(mutex_);
  while (!closed_) {
    take_due(due);
    if (!due.empty()) {
      lock.unlock();
      resume(due);
      due.clear();
      lock.lock();
    } else if (calls_.empty()) {
      changed_.wait(lock);
    } else {
      clock_.wait_until(calls_.front().due_ns, lock, changed_);
    }
  }
  closed_ = false;
}

void DelayedCalls::close() {
  // Under the lock, so that the serving thread is still there to be woken.
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_one();
}

void DelayedCalls::cancel() {
  const std::lock_guard lock(mutex_);
  cancelled_ = true;
  changed_.notify_one();
}

bool DelayedCalls::cancelled() const {
  const std::lock_guard lock(mutex_);
  return cancelled_;
}

std::int64_t DelayedCalls::earliest_ns() const {
  return calls_.empty() ? std::numeric_limits<std::int64_t>::max() : calls_.front().due_ns;
}

void DelayedCalls::take_due(std::vector<std::coroutine_handle<>>& due) {
  const std::int64_t now_ns = cancelled_       ? std::numeric_limits<std::int64_t>::max()
                              : calls_.empty() ? 0
                                               : clock_.now_ns();
  while (!calls_.empty() && calls_.front().due_ns <= now_ns) {
    due.push_back(calls_.front().waiter);
    std::ranges::pop_heap(calls_, std::greater(), &Call::due_ns);
    calls_.pop_back();
  }
}

}  // namespace walbench::engine
