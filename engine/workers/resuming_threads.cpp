#include "engine/workers/resuming_threads.hpp"

#include <thread>
#include <utility>

#include "engine/workers/executor.hpp"

namespace walbench::engine {
namespace {

void resume_all(std::span<const std::coroutine_handle<>> group) {
  for (const std::coroutine_handle<> waiter : group) {
    waiter.resume();
  }
}

}  // namespace

ResumingThreads::ResumingThreads(WorkerPool& pool, std::function<void()> on_thread_enters)
    : pool_(pool), on_thread_enters_(std::move(on_thread_enters)), counts_(pool.threads() + 1) {}

void ResumingThreads::resume(std::span<const std::coroutine_handle<>> group, Next next) {
  if (next == Next::nothing) {
    run_as(pool_.threads(), [group] { resume_all(group); });
    return;
  }
  pool_.post([this, owned = std::vector(group.begin(), group.end())](std::size_t worker) {
    run_as(worker, [&owned] { resume_all(owned); });
  });
}

void ResumingThreads::committer_starts() {
  if (on_thread_enters_) on_thread_enters_();
}

void ResumingThreads::run_as(std::size_t worker, const std::function<void()>& work) {
  running_.fetch_add(1, std::memory_order_relaxed);
  become_worker(worker);
  work();
  // The last thing this thread does here: after it everything may be destroyed.
  running_.fetch_sub(1, std::memory_order_release);
}

void ResumingThreads::count_iteration() {
  counts_[current_worker()].iterations.fetch_add(1, std::memory_order_relaxed);
}

std::vector<std::int64_t> ResumingThreads::iterations() const {
  std::vector<std::int64_t> all;
  all.reserve(counts_.size());
  for (const Count& count : counts_) {
    all.push_back(count.iterations.load(std::memory_order_relaxed));
  }
  return all;
}

void ResumingThreads::restart_counting() {
  for (Count& count : counts_) {
    count.iterations.store(0, std::memory_order_relaxed);
  }
}

void ResumingThreads::wait_until_idle() const {
  while (running_.load(std::memory_order_acquire) != 0) {
    std::this_thread::yield();
  }
}

}  // namespace walbench::engine
