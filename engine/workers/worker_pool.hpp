#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "storage/storage_error.hpp"

namespace walbench::engine {

/// Threads that did not start, or did not come; the message says how many did.
class WorkerPoolError : public storage::StorageError {
 public:
  explicit WorkerPoolError(const std::string& what)
      : StorageError(what, storage::ErrorKind::other, storage::Remedy::fewer_threads) {}
};

/// How a pool's run was spread over its threads.
struct WorkerStats {
  std::size_t threads_met = 0;  ///< threads that were there when the work began
  std::vector<std::int64_t> items_by_worker;
  std::int64_t items_stolen = 0;  ///< items done by another worker than the one they were dealt to
};

/// A fixed number of OS threads, the caller's among them, that work through numbered items by work
/// stealing. One run at a time.
class WorkerPool {
 public:
  /// How long to wait for threads, usually.
  static constexpr std::chrono::seconds kBarrierLimit{10};

  /// Throws WorkerPoolError if the machine does not start that many threads. Each thread calls
  /// `on_thread_enters`, if there is one, before its first item of every run; it must not throw.
  /// After a stop nobody waits for threads any more.
  explicit WorkerPool(std::size_t threads, std::function<void()> on_thread_enters = nullptr,
                      std::stop_token stop = {});
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  ~WorkerPool();

  /// Waits until all threads are there, or `barrier_limit` has passed; calls `on_start` on one
  /// of them; then calls `body(item, worker)` once for each item of [0, items). Items are dealt
  /// evenly to the workers, and those that are done steal from the others. `worker` is in [0,
  /// threads), and no two threads are the same worker at once. `body` must not wait for anything
  /// that the pool would have to run. If it throws, no further item begins, and the first exception
  /// is rethrown once all threads have ended theirs. The same with a thread that there is no memory
  /// to call. Once `goes_on`, which is asked before each item, is false, no further one begins
  /// either. `items` times the threads must fit an int64.
  WorkerStats run(
      std::int64_t items, std::chrono::nanoseconds barrier_limit,
      const std::function<void()>& on_start,
      const std::function<void(std::int64_t item, std::size_t worker)>& body,
      const std::function<bool()>& goes_on = [] { return true; });

  /// run() without items: waits for all threads, calls `on_start`, and returns. Without a stop,
  /// throws WorkerPoolError if some did not come in time: nobody may run what is posted then.
  WorkerStats meet(const std::function<void()>& on_start,
                   std::chrono::nanoseconds barrier_limit = kBarrierLimit);

  /// Has one of the pool's other threads call `task(worker)`, later. From any thread; the pool
  /// needs two threads at least, and must not go before the task is over. `task` must not throw.
  /// Throws std::bad_alloc; if oneTBB itself has no memory, the process ends.
  void post(std::function<void(std::size_t worker)> task);

  std::size_t threads() const { return threads_; }

 private:
  struct Tbb;
  WorkerStats require_all(WorkerStats stats) const;
  std::size_t threads_;
  std::function<void()> on_thread_enters_;
  std::stop_token stop_;
  std::unique_ptr<Tbb> tbb_;
};

/// The version of the oneTBB that runs, as in `2021.8`.
std::string onetbb_version();

}  // namespace walbench::engine
