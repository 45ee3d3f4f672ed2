// How c threads are made to work at once, with oneTBB.
//
// oneTBB never promises threads: an arena of 50 slots on two cores runs on two threads, unless a
// global_control allows more (the count includes the caller's thread), and even then workers arrive
// when they arrive. A benchmark of contention needs all of them from the first item on, so:
//
//   1. The arena gets one task for each slot but 0, which the caller takes. A thread that waits at
//      the barrier takes no second slot, so when the last one arrives there are c threads, one a
//      slot.
//   2. Each slot is dealt an equal share of the items and takes them one by one. A slot whose share
//      is used up steals from the others, again one by one: an item is a whole iteration, thousands
//      of times dearer than the atomic increment that takes it.
//   3. Nothing nests: a slot never waits for a task, so no item can end up on the stack of
//      another.
//
// Threads may fail to come, and a benchmark that hangs is worse than one that says that it did not
// reach its concurrency. So the barrier has a limit, the items of a slot without a thread are
// stolen, and the caller waits for threads that took a slot, not for tasks: a task that comes too
// late finds the run over. That is why the tasks are enqueued. A tbb::task_group counts a task
// before it has the memory for it, and if there is none, waits for that task for ever.
//
// ThreadSanitizer does not see into libtbb, so a task handed from one thread to another looks like
// a race. Posted marks both ends of that hand-over with an atomic that it does see; see there.

#include "engine/workers/worker_pool.hpp"

// Turns tbb::profiling on; it is off by default in optimised builds.
#define TBB_USE_PROFILING_TOOLS 1

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/profiling.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/version.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <latch>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace walbench::engine {
namespace {

/// Releases all threads when the last one has arrived, the first one has waited for too long, a
/// stop was requested, or there is nothing left to wait for.
class Barrier {
 public:
  Barrier(std::size_t expected, std::chrono::nanoseconds limit, const std::stop_token& stop,
          const std::function<void()>& on_start)
      : expected_(expected),
        deadline_(std::chrono::steady_clock::now() + limit),
        stop_(stop),
        on_start_(on_start) {}

  void arrive_and_wait() {
    std::unique_lock lock(mutex_);
    if (open_) return;
    ++arrived_;
    if (arrived_ < expected_) {
      gone_on_.wait_until(lock, stop_, deadline_, [this] { return open_; });
    }
    if (open_) return;
    open_ = true;
    on_start_();
    gone_on_.notify_all();
  }

  /// Releases all threads without a start.
  void give_up() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    gone_on_.notify_all();
  }

  std::size_t arrived() const {
    const std::lock_guard lock(mutex_);
    return arrived_;
  }

 private:
  const std::size_t expected_;
  const std::chrono::steady_clock::time_point deadline_;
  const std::stop_token& stop_;
  const std::function<void()>& on_start_;

  mutable std::mutex mutex_;
  std::condition_variable_any gone_on_;
  std::size_t arrived_ = 0;
  bool open_ = false;
};

/// One slot's items and what became of them. Any thread uses `next`, the slot's own thread the
/// rest.
struct alignas(64) Share {
  std::atomic<std::int64_t> next = 0;
  std::int64_t end = 0;

  alignas(64) std::int64_t items_done = 0;
  std::int64_t items_stolen = 0;

  /// The next item, or nothing once they are used up.
  std::optional<std::int64_t> take() {
    if (next.load(std::memory_order_relaxed) >= end) return std::nullopt;
    const std::int64_t item = next.fetch_add(1, std::memory_order_relaxed);
    return item < end ? std::optional(item) : std::nullopt;
  }
};

/// One call of WorkerPool::run, shared by its slots. What it refers to is used by threads inside
/// it, and there are none once it has ended.
class Run {
 public:
  Run(std::size_t slots, std::int64_t items, std::chrono::nanoseconds barrier_limit,
      const std::stop_token& stop, const std::function<void()>& on_thread_enters,
      const std::function<void()>& on_start,
      const std::function<void(std::int64_t, std::size_t)>& body,
      const std::function<bool()>& goes_on)
      : barrier_(slots, barrier_limit, stop, on_start),
        on_thread_enters_(on_thread_enters),
        body_(body),
        goes_on_(goes_on),
        shares_(slots) {
    const auto of = static_cast<std::int64_t>(slots);
    for (std::int64_t slot = 0; slot < of; ++slot) {
      shares_[static_cast<std::size_t>(slot)].next = items * slot / of;
      shares_[static_cast<std::size_t>(slot)].end = items * (slot + 1) / of;
    }
  }

  /// Does nothing once the run has ended.
  void take_slot(std::size_t slot) {
    if (!enter()) return;
    if (on_thread_enters_) on_thread_enters_();
    barrier_.arrive_and_wait();
    try {
      do_items(slot);
    } catch (...) {
      fail(std::current_exception());
    }
    leave();
  }

  /// No further item begins, and nobody waits for threads that have not come.
  void fail(const std::exception_ptr& failure) {
    {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = failure;
    }
    failed_.store(true, std::memory_order_relaxed);
    barrier_.give_up();
  }

  /// Waits until all threads that took a slot have left it; later ones do not get any. Rethrows the
  /// first failure.
  WorkerStats end() {
    std::unique_lock lock(mutex_);
    over_ = true;
    left_.wait(lock, [this] { return inside_ == 0; });
    if (failure_) std::rethrow_exception(failure_);
    WorkerStats stats{barrier_.arrived(), {}, 0};
    for (const Share& share : shares_) {
      stats.items_by_worker.push_back(share.items_done);
      stats.items_stolen += share.items_stolen;
    }
    return stats;
  }

 private:
  bool enter() {
    const std::lock_guard lock(mutex_);
    if (!over_) ++inside_;
    return !over_;
  }

  void leave() {
    const std::lock_guard lock(mutex_);
    if (--inside_ == 0) left_.notify_all();
  }

  void do_items(std::size_t slot) {
    for (std::size_t distance = 0; distance < shares_.size(); ++distance) {
      Share& victim = shares_[(slot + distance) % shares_.size()];
      while (!failed_.load(std::memory_order_relaxed) && goes_on_()) {
        const std::optional<std::int64_t> item = victim.take();
        if (!item) break;
        body_(*item, slot);
        shares_[slot].items_done += 1;
        if (distance != 0) shares_[slot].items_stolen += 1;
      }
    }
  }

  Barrier barrier_;
  const std::function<void()>& on_thread_enters_;
  const std::function<void(std::int64_t, std::size_t)>& body_;
  const std::function<bool()>& goes_on_;
  std::vector<Share> shares_;
  std::atomic<bool> failed_ = false;

  std::mutex mutex_;  // guards what follows
  std::condition_variable left_;
  std::size_t inside_ = 0;
  bool over_ = false;
  std::exception_ptr failure_;
};

/// A task for post(). oneTBB copies it into memory of its own, has another thread run and destroy
/// that copy, and uses the memory for the next one.
///
/// Guarantees, also to ThreadSanitizer, that what happened before a copy was made happened before
/// it runs, and that it was destroyed before the next one is made in its place: making and
/// destroying release on `handed_over`, making and running acquire on it.
class Posted {
 public:
  using Task = std::function<void(std::size_t)>;

  explicit Posted(std::shared_ptr<const Task> task) : task_(std::move(task)) {}
  Posted(const Posted& other) : ends_(other.ends_), task_(other.task_) { HandOver::release(); }
  Posted& operator=(const Posted&) = delete;
  ~Posted() = default;

  void operator()() const {
    HandOver::acquire();
    (*task_)(static_cast<std::size_t>(tbb::this_task_arena::current_thread_index()));
  }

 private:
  struct HandOver {
    HandOver() = default;
    HandOver(const HandOver& /*other*/) { acquire(); }
    HandOver& operator=(const HandOver&) = delete;
    ~HandOver() { release(); }

    static void acquire() { handed_over.load(std::memory_order_acquire); }
    static void release() { handed_over.fetch_add(1, std::memory_order_release); }
    inline static std::atomic<std::uint32_t> handed_over = 0;
  };

  HandOver ends_;  ///< first, so that it is made before the rest and destroyed after it
  std::shared_ptr<const Task> task_;
};

/// Ends the process, as std::terminate does, if oneTBB has no memory: it does not recover from
/// that, and what is asked of it later may wait for ever.
void enqueue(tbb::task_arena& arena, const Posted& task) noexcept {
  arena.enqueue(task);
}

/// Counts a latch down at the end of a scope, however that comes.
class CountedDown {
 public:
  explicit CountedDown(std::latch& latch) : latch_(latch) {}
  CountedDown(const CountedDown&) = delete;
  CountedDown& operator=(const CountedDown&) = delete;
  ~CountedDown() { latch_.count_down(); }

 private:
  std::latch& latch_;
};

/// oneTBB ends the process when a worker cannot be started, so it is found out beforehand.
void require_startable(std::size_t threads, const std::stop_token& stop) {
  std::latch release(1);
  std::vector<std::jthread> started;
  std::string refusal;
  try {
    const CountedDown released(release);  // before the threads are joined
    started.reserve(threads);
    while (started.size() < threads && !stop.stop_requested()) {
      started.emplace_back([&release] { release.wait(); });
    }
  } catch (const std::system_error& error) {
    refusal = error.what();
  }
  if (!refusal.empty()) {
    throw WorkerPoolError("this machine started " + std::to_string(started.size()) +
                          " threads of " + std::to_string(threads) + " (" + refusal + ")");
  }
}

std::size_t startable(std::size_t threads, const std::stop_token& stop) {
  require_startable(threads, stop);
  return threads;
}

/// VTune and Advisor attach by naming their collector in this variable. Without one, no one would
/// read the events, and making their text would cost every lifecycle an allocation.
bool itt_collector_attached() {
  return std::getenv("INTEL_LIBITTNOTIFY64") != nullptr;
}

}  // namespace

struct WorkerPool::Tbb {
  explicit Tbb(std::size_t threads)
      : allowed(tbb::global_control::max_allowed_parallelism, threads),
        arena(static_cast<int>(threads), 1) {}

  tbb::global_control allowed;
  tbb::task_arena arena;
};

WorkerPool::WorkerPool(std::size_t threads, std::function<void()> on_thread_enters,
                       std::stop_token stop)
    : threads_(startable(threads, stop)),
      on_thread_enters_(std::move(on_thread_enters)),
      stop_(std::move(stop)),
      tbb_(std::make_unique<Tbb>(threads)) {}

WorkerPool::~WorkerPool() = default;

WorkerStats WorkerPool::run(std::int64_t items, std::chrono::nanoseconds barrier_limit,
                            const std::function<void()>& on_start,
                            const std::function<void(std::int64_t, std::size_t)>& body,
                            const std::function<bool()>& goes_on) {
  const std::function<void(std::int64_t, std::size_t)> named = [&](std::int64_t item,
                                                                   std::size_t worker) {
    tbb::profiling::event::emit("lifecycle " + std::to_string(item) + " begins");
    body(item, worker);
    tbb::profiling::event::emit("lifecycle " + std::to_string(item) + " ends");
  };
  const auto run =
      std::make_shared<Run>(threads_, items, barrier_limit, stop_, on_thread_enters_, on_start,
                            itt_collector_attached() ? named : body, goes_on);
  try {
    for (std::size_t slot = 1; slot < threads_; ++slot) {
      post([run, slot](std::size_t) { run->take_slot(slot); });
    }
  } catch (...) {
    run->fail(std::current_exception());
  }
  run->take_slot(0);
  return run->end();
}

WorkerStats WorkerPool::meet(const std::function<void()>& on_start,
                             std::chrono::nanoseconds barrier_limit) {
  return require_all(run(0, barrier_limit, on_start, [](std::int64_t, std::size_t) {}));
}

WorkerStats WorkerPool::require_all(WorkerStats stats) const {
  if (stats.threads_met < threads_ && !stop_.stop_requested()) {
    throw WorkerPoolError("only " + std::to_string(stats.threads_met) + " threads of " +
                          std::to_string(threads_) + " began to work in time");
  }
  return stats;
}

void WorkerPool::post(std::function<void(std::size_t worker)> task) {
  enqueue(tbb_->arena, Posted(std::make_shared<const Posted::Task>(std::move(task))));
}

std::string onetbb_version() {
  // 12080 is interface version 12.8, which came with 2021.8.
  const int interface_version = TBB_runtime_interface_version();
  constexpr int kFirstYear = 2009;  // 12.x came with 2021.x
  return std::to_string(interface_version / 1000 + kFirstYear) + "." +
         std::to_string(interface_version % 1000 / 10);
}

}  // namespace walbench::engine
