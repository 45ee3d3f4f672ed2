#include "engine/workers/thread_executor.hpp"

#include <fmt/format.h>

#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace walbench::engine {

ExecutorReport ThreadExecutor::run(std::int64_t count, Body& body, const std::stop_token& stop) {
  ExecutorReport report;
  report.workers.items_by_worker.resize(threads_);
  report.workers.threads_met = threads_;
  std::atomic<std::int64_t> next = 0;
  std::atomic<bool> failed = false;
  std::mutex mutex;
  std::exception_ptr failure;  // guarded by mutex

  const auto work = [&](std::size_t worker) {
    try {
      if (on_thread_enters_) on_thread_enters_();
      become_worker(worker);
      while (!stop.stop_requested() && !failed.load() && body.wants_more()) {
        const std::int64_t number = next.fetch_add(1, std::memory_order_relaxed);
        if (number >= count) return;
        body.iterate(number).run();
        report.workers.items_by_worker[worker] += 1;
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failed.exchange(true)) failure = std::current_exception();
    }
  };

  body.begins();
  report.started_ns = clock_.now_ns();
  {
    std::vector<std::jthread> threads;
    try {
      for (std::size_t worker = 0; worker < threads_; ++worker) {
        threads.emplace_back(work, worker);
      }
    } catch (const std::system_error& error) {
      failed = true;
      const std::lock_guard lock(mutex);
      failure = std::make_exception_ptr(WorkerPoolError(fmt::format(
          "only {} of {} threads started: {}", threads.size(), threads_, error.code().message())));
    }
  }
  if (failure) std::rethrow_exception(failure);
  return report;
}

}  // namespace walbench::engine
