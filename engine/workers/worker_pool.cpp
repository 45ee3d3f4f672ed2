// How c threads are made to work at once, with oneTBB.
//
// oneTBB never promises threads: an arena of 50 slots on two cores runs on two threads, unless a
// global_control allows more (the count includes the caller's thread), and even then workers arrive
// when they arrive. A benchmark of contention needs all of them from the first item on, so:
//
//   1. The arena gets one task per slot; the caller takes slot 0 itself. A thread that waits at the
//      barrier takes no second slot, so when the last one arrives there are c threads, one a
//      slot.
//   2. Each slot is dealt an equal share of the items and takes them one by one. A slot whose share
//      is used up steals from the others, again one by one: an item is a whole iteration, thousands
//      of times dearer than the atomic increment that takes it.
//   3. Nothing nests: a slot never waits for a task, so no item can end up on the stack of
//      another.
//
// The barrier has a limit because threads may fail to come, and a benchmark that hangs is worse
// than one that says it did not reach its concurrency. Slots without a thread are then taken,
// at the end, by the caller.
//
// ThreadSanitizer does not see into libtbb, so a task handed from one thread to another looks like
// a race. SlotTask and Posted mark both ends of that hand-over with an atomic it does see; see
// there.

#include "engine/workers/worker_pool.hpp"

// Turns tbb::profiling on; it is off by default in optimised builds.
#define TBB_USE_PROFILING_TOOLS 1

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/profiling.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>
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

/// Releases all threads when the last one has arrived, the first one has waited for too long, or a
/// stop was requested.
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
    if (started_) return;
    ++arrived_;
    if (arrived_ < expected_) {
      gone_on_.wait_until(lock, stop_, deadline_, [this] { return started_; });
    }
    if (started_) return;
    started_ = true;
    on_start_();
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
  bool started_ = false;
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

/// One call of WorkerPool::run, shared by its slots.
class Run {
 public:
  Run(std::size_t slots, std::int64_t items, std::chrono::nanoseconds barrier_limit,
      const std::stop_token& stop, const std::function<void()>& on_thread_enters,
      const std::function<void()>& on_start,
      const std::function<void(std::int64_t, std::size_t)>& body)
      : barrier_(slots, barrier_limit, stop, on_start),
        on_thread_enters_(on_thread_enters),
        body_(body),
        shares_(slots) {
    const auto of = static_cast<std::int64_t>(slots);
    for (std::int64_t slot = 0; slot < of; ++slot) {
      shares_[static_cast<std::size_t>(slot)].next = items * slot / of;
      shares_[static_cast<std::size_t>(slot)].end = items * (slot + 1) / of;
    }
  }

  void take_slot(std::size_t slot) {
    if (on_thread_enters_) on_thread_enters_();
    barrier_.arrive_and_wait();
    try {
      do_items(slot);
    } catch (...) {
      const std::lock_guard lock(failure_mutex_);
      if (!failure_) failure_ = std::current_exception();
      failed_.store(true, std::memory_order_relaxed);
    }
  }

  /// After every slot has been taken and left. Rethrows what an item threw.
  WorkerStats stats() const {
    if (failure_) std::rethrow_exception(failure_);
    WorkerStats stats{barrier_.arrived(), {}, 0};
    for (const Share& share : shares_) {
      stats.items_by_worker.push_back(share.items_done);
      stats.items_stolen += share.items_stolen;
    }
    return stats;
  }

 private:
  void do_items(std::size_t slot) {
    for (std::size_t distance = 0; distance < shares_.size(); ++distance) {
      Share& victim = shares_[(slot + distance) % shares_.size()];
      while (!failed_.load(std::memory_order_relaxed)) {
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
  std::vector<Share> shares_;
  std::atomic<bool> failed_ = false;
  std::mutex failure_mutex_;
  std::exception_ptr failure_;
};

/// The task that takes a slot. oneTBB copies it, hands it to another thread and runs it there.
///
/// Requires that `run` outlives the task. Guarantees, also to ThreadSanitizer, that what happened
/// before a copy was made happened before the copy runs, and that what a slot did happened before
/// a read of its part of `slots_left`: each copy releases on `handed_over` and each run
/// acquires on it (copies only increment, so the last one seen stands for all before it); each end
/// of a slot releases on `slots_left`.
class SlotTask {
 public:
  SlotTask(Run& run, std::size_t number, std::atomic<std::size_t>& slots_left)
      : run_(&run), number_(number), slots_left_(&slots_left) {}
  SlotTask(const SlotTask& other)
      : run_(other.run_), number_(other.number_), slots_left_(other.slots_left_) {
    handed_over.fetch_add(1, std::memory_order_release);
  }
  SlotTask& operator=(const SlotTask&) = delete;
  ~SlotTask() = default;

  void operator()() const {
    handed_over.load(std::memory_order_acquire);
    run_->take_slot(number_);
    slots_left_->fetch_add(1, std::memory_order_release);
  }

 private:
  inline static std::atomic<std::uint32_t> handed_over = 0;

  Run* run_;
  std::size_t number_;
  std::atomic<std::size_t>* slots_left_;
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

  /// The thread that runs `task` deletes it.
  explicit Posted(Task* task) : task_(task) {}
  Posted(const Posted& other) : task_(after_hand_over(other.task_)) { hand_over(); }
  Posted& operator=(const Posted&) = delete;
  ~Posted() { hand_over(); }

  void operator()() const {
    const std::unique_ptr<Task> task(after_hand_over(task_));
    (*task)(static_cast<std::size_t>(tbb::this_task_arena::current_thread_index()));
  }

 private:
  inline static std::atomic<std::uint32_t> handed_over = 0;

  static void hand_over() { handed_over.fetch_add(1, std::memory_order_release); }
  static Task* after_hand_over(Task* const& task) {
    handed_over.load(std::memory_order_acquire);
    return task;
  }

  Task* task_;
};

/// oneTBB ends the process when a worker cannot be started, so it is found out beforehand.
void require_startable(std::size_t threads, const std::stop_token& stop) {
  std::latch release(1);
  std::vector<std::jthread> started;
  std::string refusal;
  try {
    started.reserve(threads);
    while (started.size() < threads && !stop.stop_requested()) {
      started.emplace_back([&release] { release.wait(); });
    }
  } catch (const std::system_error& error) {
    refusal = error.what();
  }
  release.count_down();
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
                            const std::function<void(std::int64_t, std::size_t)>& body) {
  const std::function<void(std::int64_t, std::size_t)> named = [&](std::int64_t item,
                                                                   std::size_t worker) {
    tbb::profiling::event::emit("lifecycle " + std::to_string(item) + " begins");
    body(item, worker);
    tbb::profiling::event::emit("lifecycle " + std::to_string(item) + " ends");
  };
  Run run(threads_, items, barrier_limit, stop_, on_thread_enters_, on_start,
          itt_collector_attached() ? named : body);
  std::atomic<std::size_t> slots_left = 0;
  tbb_->arena.execute([&] {
    tbb::task_group workers;
    for (std::size_t slot = 1; slot < threads_; ++slot) {
      workers.run(SlotTask(run, slot, slots_left));
    }
    run.take_slot(0);
    workers.wait();
  });
  if (slots_left.load(std::memory_order_acquire) != threads_ - 1) {
    throw WorkerPoolError("oneTBB gave up tasks it had been given");
  }
  return run.stats();
}

WorkerStats WorkerPool::meet(const std::function<void()>& on_start) {
  return run(0, kBarrierLimit, on_start, [](std::int64_t, std::size_t) {});
}

void WorkerPool::post(std::function<void(std::size_t worker)> task) {
  auto owned = std::make_unique<Posted::Task>(std::move(task));
  tbb_->arena.enqueue(Posted(owned.get()));
  static_cast<void>(owned.release());
}

std::string onetbb_version() {
  // 12080 is interface version 12.8, which came with 2021.8.
  const int interface_version = TBB_runtime_interface_version();
  constexpr int kFirstYear = 2009;  // 12.x came with 2021.x
  return std::to_string(interface_version / 1000 + kFirstYear) + "." +
         std::to_string(interface_version % 1000 / 10);
}

}  // namespace walbench::engine
