#include "engine/workers/carriers.hpp"

#include <thread>
#include <utility>

namespace walbench::engine {
namespace {

/// Which carrier this thread is, while it is inside carry(). Lifecycles change threads where they
/// suspend, so it is read afresh each time and never kept by one.
thread_local std::size_t this_carrier = 0;

void resume_all(std::span<const std::coroutine_handle<>> group) {
  for (const std::coroutine_handle<> waiter : group) {
    waiter.resume();
  }
}

}  // namespace

Carriers::Carriers(Arena& arena, std::function<void()> on_thread_enters)
    : arena_(arena), on_thread_enters_(std::move(on_thread_enters)), counts_(arena.threads() + 1) {}

void Carriers::resume(std::span<const std::coroutine_handle<>> group, Next next) {
  if (next == Next::nothing) {
    carry(arena_.threads(), [group] { resume_all(group); });
    return;
  }
  arena_.post([this, owned = std::vector(group.begin(), group.end())](std::size_t worker) {
    carry(worker, [&owned] { resume_all(owned); });
  });
}

void Carriers::committer_starts() {
  if (on_thread_enters_) on_thread_enters_();
}

void Carriers::carry(std::size_t worker, const std::function<void()>& work) {
  carrying_.fetch_add(1, std::memory_order_relaxed);
  this_carrier = worker;
  work();
  // The last thing this thread does here: whoever sees it may let everything go.
  carrying_.fetch_sub(1, std::memory_order_release);
}

void Carriers::count_lifecycle() {
  counts_[this_carrier].lifecycles.fetch_add(1, std::memory_order_relaxed);
}

std::vector<std::int64_t> Carriers::lifecycles() const {
  std::vector<std::int64_t> all;
  all.reserve(counts_.size());
  for (const Count& count : counts_) {
    all.push_back(count.lifecycles.load(std::memory_order_relaxed));
  }
  return all;
}

void Carriers::restart_counting() {
  for (Count& count : counts_) {
    count.lifecycles.store(0, std::memory_order_relaxed);
  }
}

void Carriers::wait_until_idle() const {
  while (carrying_.load(std::memory_order_acquire) != 0) {
    std::this_thread::yield();
  }
}

}  // namespace walbench::engine
