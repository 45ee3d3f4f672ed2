#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "engine/arena.hpp"
#include "engine/mock_api.hpp"
#include "metrics/clock.hpp"
#include "metrics/timing_queue.hpp"
#include "storage/store.hpp"

namespace walbench::engine {

/// What the lifecycles of one pass over the files had to do with each other.
struct CrewReport {
  Attendance attendance;
  std::int64_t elapsed_ns = 0;  ///< from the rendezvous until all that was written is durable
  std::int64_t in_flight_peak = 0;
  std::int64_t residence_ns = 0;  ///< sum over lifecycles, connections included
  std::int64_t writes = 0;
  std::int64_t commits = 0;
  std::int64_t api_calls = 0;
  std::int64_t api_failures = 0;
  std::int64_t occ_conflicts = 0;
  std::string first_failure;  ///< empty where every lifecycle reached its end
};

/// Runs lifecycles on an arena: each worker opens a session, runs the coroutine, closes the session
/// and hands the timings over. One pass at a time; the crew outlives nothing it is given.
class WorkerCrew {
 public:
  WorkerCrew(Arena& arena, storage::Store& store, const metrics::Clock& clock,
             std::stop_token stop);

  /// Runs the files 0 .. files - 1. With a queue, timings go there (its producers are the arena's
  /// workers); without, nobody gets them. The first failure, and a stop, keep further lifecycles
  /// from starting. `on_done` is called after each lifecycle, on its thread.
  CrewReport run(std::int64_t files, const MockApi& api, metrics::TimingQueue* queue,
                 const std::function<void()>& on_done);

 private:
  struct Pass;
  void run_one(Pass& pass, std::int64_t file, std::size_t worker);
  void flush(Pass& pass);

  Arena& arena_;
  storage::Store& store_;
  const metrics::Clock& clock_;
  std::stop_token stop_;
};

}  // namespace walbench::engine
