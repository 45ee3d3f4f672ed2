// Thousands of iterations on a few threads.
//
// A driver is a coroutine that runs one iteration after another, so there are as many drivers as
// iterations are to be in flight. A driver runs until its iteration waits, for the store or for a
// delay. Then it belongs to no thread until what it waits for has come.
//
//   thread             what it does to drivers
//   the caller's       starts them; then serves the delays: resumes those that are due
//   the committer's    resumes a group that it has committed, if it has nothing else to do
//   the pool's other   resumes the groups that the committer hands over
//
// (The committer is the store's thread; see group_committer.cpp for which group goes where.)
//
//   1. A driver is on at most one thread: it is resumed once for each time it was suspended, and
//      what it does before it suspends happened before that resumption, through the store's queue
//      or the lock of DelayedCalls.
//   2. The store knows how many iterations may write soon (SuspendingStore::expect_writers): the
//      drivers that have not ended, less those that wait for a delay. It is told before a driver
//      can be resumed from such a wait.
//   3. The run is over when the last driver has ended and no thread is inside
//      ResumingThreads::run_as(): the thread that left an iteration's last write in the queue may
//      still be on its way out of there when the iteration, resumed elsewhere, has long ended.
//   4. A stop cancels, and so does an iteration that throws (there is no memory for its frame):
//      drivers that wait for a delay are resumed at once, queued writes fail, and every driver
//      ends.

#include "engine/workers/suspending_executor.hpp"

#include <algorithm>
#include <exception>
#include <limits>
#include <utility>

namespace walbench::engine {

/// The coroutine of a driver. It owns itself: its frame goes when it ends.
struct SuspendingExecutor::Driver {
  struct promise_type {
    Driver get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }  // drive() catches everything
  };
  std::coroutine_handle<promise_type> frame;
};

SuspendingExecutor::SuspendingExecutor(WorkerPool& pool, ResumingThreads& threads,
                                       storage::SuspendingStore& store, const metrics::Clock& clock,
                                       std::size_t in_flight)
    : pool_(pool),
      threads_(threads),
      store_(store),
      clock_(clock),
      most_in_flight_(in_flight),
      calls_(clock) {}

ExecutorReport SuspendingExecutor::run(std::int64_t count, Body& body,
                                       const std::stop_token& stop) {
  const std::stop_callback on_stop(stop, [this] { cancel(); });
  threads_.restart_counting();
  next_ = 0;
  const std::size_t drivers = std::min(most_in_flight_, static_cast<std::size_t>(count));
  drivers_ = drivers;

  ExecutorReport report;
  report.workers = pool_.meet([&] {
    body.begins();
    report.started_ns = clock_.now_ns();
  });
  if (drivers > 0) {
    store_.expect_writers(static_cast<std::int64_t>(drivers));
    threads_.run_as(0, [&] { start_drivers(drivers, count, body, stop); });
    calls_.serve([this](std::span<const std::coroutine_handle<>> due) { resume_due(due); });
    threads_.wait_until_idle();
    const std::lock_guard lock(failure_mutex_);
    if (failure_) std::rethrow_exception(failure_);
  }
  report.workers.items_by_worker = threads_.iterations();
  report.workers.threads_met += static_cast<std::size_t>(store_.own_threads());
  return report;
}

SuspendingExecutor::Driver SuspendingExecutor::drive(Body& body, std::int64_t count,
                                                     std::stop_token stop) {
  try {
    for (std::int64_t number = next_iteration(body, stop); number < count;
         number = next_iteration(body, stop)) {
      co_await body.iterate(number);
      threads_.count_iteration();
    }
  } catch (...) {
    fail(std::current_exception());
  }
  driver_ends();
}

/// If there is no memory for a driver's frame, those that have started end early.
void SuspendingExecutor::start_drivers(std::size_t drivers, std::int64_t count, Body& body,
                                       const std::stop_token& stop) {
  std::size_t started = 0;
  try {
    for (; started < drivers; ++started) {
      drive(body, count, stop).frame.resume();
    }
  } catch (...) {
    fail(std::current_exception());
    for (; started < drivers; ++started) {
      driver_ends();
    }
  }
}

/// The next iteration's number; if there is to be none, one past all of them.
std::int64_t SuspendingExecutor::next_iteration(const Body& body, const std::stop_token& stop) {
  if (stop.stop_requested() || !body.wants_more()) return std::numeric_limits<std::int64_t>::max();
  return next_.fetch_add(1, std::memory_order_relaxed);
}

void SuspendingExecutor::driver_ends() {
  store_.expect_writers(-1);
  if (drivers_.fetch_sub(1, std::memory_order_acq_rel) == 1) calls_.close();
}

void SuspendingExecutor::fail(const std::exception_ptr& failure) {
  {
    const std::lock_guard lock(failure_mutex_);
    if (!failure_) failure_ = failure;
  }
  cancel();
}

void SuspendingExecutor::resume_due(std::span<const std::coroutine_handle<>> due) {
  store_.expect_writers(static_cast<std::int64_t>(due.size()));
  threads_.run_as(0, [due] {
    for (const std::coroutine_handle<> waiter : due) {
      waiter.resume();
    }
  });
}

void SuspendingExecutor::cancel() {
  store_.cancel();
  calls_.cancel();
}

void SuspendingExecutor::resume_at(std::int64_t due_ns, std::coroutine_handle<> waiter) {
  store_.expect_writers(-1);
  calls_.add(due_ns, waiter);
}

}  // namespace walbench::engine
