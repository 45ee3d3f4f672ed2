#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace walbench::engine {

/// Threads that the machine would not start; the message says how many it did.
class ArenaError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// How an arena's run was spread over its threads.
struct Attendance {
  std::size_t threads_met = 0;  ///< threads that were there when the work began
  std::vector<std::int64_t> items_by_worker;
  std::int64_t items_stolen = 0;  ///< items done by another worker than the one they were dealt to
};

/// A fixed number of OS threads, the caller's among them, that work through numbered items by work
/// stealing. One run at a time.
class Arena {
 public:
  /// How long to wait for threads, usually.
  static constexpr std::chrono::seconds kRendezvousLimit{10};

  /// Throws ArenaError when the machine does not start that many threads. Each thread calls
  /// `on_thread_enters`, if there is one, before its first item of every run; it must not throw.
  explicit Arena(std::size_t threads, std::function<void()> on_thread_enters = nullptr);
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena();

  /// Waits until all threads are there, or `rendezvous_limit` has passed; calls `on_start` on one
  /// of them; then calls `body(item, worker)` once for each item of [0, items). Items are dealt
  /// evenly to the workers, and those who are done steal from the others. `worker` is in [0,
  /// threads), and no two threads are the same worker at once. `body` must not throw, nor wait for
  /// anything that the arena would have to run.
  Attendance run(std::int64_t items, std::chrono::nanoseconds rendezvous_limit,
                 const std::function<void()>& on_start,
                 const std::function<void(std::int64_t item, std::size_t worker)>& body);

  /// Has one of the arena's other threads call `task(worker)`, later. From any thread; the arena
  /// needs two threads at least, and must not go before the task is over. `task` must not throw.
  void post(std::function<void(std::size_t worker)> task);

  std::size_t threads() const { return threads_; }

 private:
  struct Tbb;
  std::size_t threads_;
  std::function<void()> on_thread_enters_;
  std::unique_ptr<Tbb> tbb_;
};

/// The version of the oneTBB that runs, as in `2021.8`.
std::string onetbb_version();

}  // namespace walbench::engine
