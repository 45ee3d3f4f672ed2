#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "engine/workers/crew.hpp"
#include "engine/workers/lifecycle_task.hpp"
#include "engine/workload/lifecycle/lifecycle.hpp"
#include "metrics/clock.hpp"
#include "storage/store.hpp"

namespace walbench::engine {

/// One pass over the files: what its lifecycles have in common, whoever runs them. Thread safe, but
/// for finish().
class LifecyclePass {
 public:
  /// Everything must outlive the pass. `on_failure` is called once, on the thread that failed
  /// first.
  LifecyclePass(const PassOrder& order, const MockApi& api, storage::Store& store,
                const metrics::Clock& clock, std::stop_token stop,
                std::function<void()> on_failure = nullptr);

  /// Whether no further lifecycle is to start.
  bool over() const { return stop_.stop_requested() || failed_.load(std::memory_order_relaxed); }

  /// Takes one file from opening its session to handing over its timings. What it throws on the way
  /// is counted and kept here. With a worker, all of it happens on that worker's thread; without,
  /// the thread may change.
  LifecycleTask carry(std::int64_t file, std::optional<std::size_t> worker);

  /// After the last lifecycle: makes durable what is not, and tells what the pass came to.
  CrewReport finish(Attendance attendance, std::int64_t started_ns);

 private:
  LifecycleTask carry_whole(std::int64_t file, std::string_view path,
                            std::optional<std::size_t> worker);
  void hand_over(const LifecycleOutcome& outcome, std::optional<std::size_t> worker) const;
  void count(const LifecycleOutcome& outcome);
  void fail(const std::string& what);
  void fail_with(std::string_view what, const std::exception_ptr& error);

  // Constant after construction.
  const PassOrder& order_;
  const MockApi& api_;
  storage::Store& store_;
  const metrics::Clock& clock_;
  const std::stop_token stop_;
  const std::function<void()> on_failure_;

  // Safe from any thread.
  std::atomic<std::int64_t> in_flight_ = 0;
  std::atomic<std::int64_t> in_flight_peak_ = 0;
  std::atomic<std::int64_t> residence_ns_ = 0;
  std::atomic<std::int64_t> writes_ = 0;
  std::atomic<std::int64_t> commits_ = 0;
  std::atomic<std::int64_t> api_calls_ = 0;
  std::atomic<std::int64_t> api_failures_ = 0;
  std::atomic<std::int64_t> occ_conflicts_ = 0;
  std::atomic<std::int64_t> row_bytes_changed_ = 0;
  std::atomic<std::int64_t> lock_wait_longest_ns_ = 0;
  std::atomic<bool> failed_ = false;

  std::mutex failure_mutex_;
  std::string first_failure_;  // guarded by failure_mutex_
};

}  // namespace walbench::engine
