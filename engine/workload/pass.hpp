#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/workers/executor.hpp"
#include "engine/workload/iteration_totals.hpp"
#include "engine/workload/retry.hpp"
#include "engine/workload/workload.hpp"
#include "metrics/clock.hpp"
#include "metrics/recording/timing_queue.hpp"
#include "storage/storage_error.hpp"
#include "storage/store.hpp"

namespace walbench::engine {

/// The order for one pass over a workload's iterations.
struct PassOrder {
  std::int64_t iterations = 0;  ///< 0 .. iterations - 1
  std::chrono::nanoseconds duration{
      0};                ///< after which no further one starts; 0: as many as there are
  bool warm_up = false;  ///< nothing that it does counts
  RetryPlan retry = {};  ///< for connections that cannot be opened because the database is locked
  metrics::TimingQueue* queue = nullptr;  ///< takes the timings, a producer a worker; may be null
  std::size_t first_producer = 0;         ///< of the queue: that of worker 0
  std::size_t first_stream = 0;           ///< of the queue: the iterations' first one
  /// Iterations that are cut short while they read go to this stream, with the time that they have
  /// taken so far. If it is empty, they are not recorded.
  std::optional<std::size_t> unfinished_stream = {};
  std::function<void()> on_start = nullptr;  ///< called when all threads have met
  std::function<void()> on_done = [] {};     ///< called after each iteration, on its thread
};

/// The first failure of a pass.
struct PassFailure {
  std::string what;  ///< empty: every iteration reached its end
  storage::Remedy remedy = storage::Remedy::none;
  storage::ErrorKind kind = storage::ErrorKind::other;
};

/// The result of a pass.
struct PassReport {
  WorkerStats workers;
  std::int64_t elapsed_ns = 0;      ///< from all threads having met until all writes are durable
  std::int64_t ended_epoch_ns = 0;  ///< by the system's clock
  std::int64_t in_flight_peak = 0;
  std::int64_t residence_ns = 0;  ///< sum over iterations, connections included
  IterationTotals totals;
  PassFailure failure;
};

/// One pass: iterations with a session each, on an executor.
class Pass final : private Body {
 public:
  /// Everything must outlive the pass.
  Pass(const Iterations& workload, storage::Store& store, Executor& executor,
       const metrics::Clock& clock, const PassOrder& order);

  /// Runs all iterations and makes durable what is not. The first failure, and a stop, keep further
  /// writes from starting. Once per pass. Throws WorkerPoolError and std::bad_alloc.
  PassReport run(const std::stop_token& stop);

 private:
  /// Written by the thread that is the worker at that moment.
  struct alignas(64) WorkerTotals {
    IterationTotals sums;
    std::int64_t residence_ns = 0;
  };

  Task iterate(std::int64_t number) override;
  void begins() override {
    if (order_.on_start) order_.on_start();
  }
  bool wants_more() const override;
  std::unique_ptr<storage::Session> try_to_open(std::int64_t asked_ns,
                                                IterationOutcome& outcome) const;
  bool tries_again(const IterationOutcome& outcome) const;
  void give_up(std::int64_t number, std::int64_t waited_ns, IterationOutcome& outcome) const;
  IterationContext context_for(storage::Session& session) const;
  void hand_over(const IterationOutcome& outcome) const;
  void hand_over(metrics::TimingRecord record) const;
  void hand_over_unfinished(storage::Session& session) const;
  void fail(const std::string& name, const std::exception_ptr& error);
  std::int64_t flush();

  // Constant after construction.
  const Iterations& workload_;
  storage::Store& store_;
  Executor& executor_;
  const metrics::Clock& clock_;
  const PassOrder& order_;

  // Safe from any thread.
  std::stop_source end_;  ///< requested by a stop and by the first failure
  const std::stop_token ending_ = end_.get_token();
  std::atomic<std::int64_t> in_flight_ = 0;
  std::atomic<std::int64_t> in_flight_peak_ = 0;
  std::atomic<std::int64_t> ends_ns_ = 0;  ///< when the duration is over; 0: it has not begun
  std::vector<WorkerTotals> totals_;       ///< by worker

  std::mutex failure_mutex_;  // guards what follows
  PassFailure failure_;
  std::array<std::int64_t, storage::kOutcomes> outcomes_{};  ///< of iterations that ended the pass
};

}  // namespace walbench::engine
