#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "engine/workers/arena.hpp"
#include "engine/workload/lifecycle/mock_api.hpp"
#include "metrics/recording/timing_queue.hpp"

namespace walbench::engine {

class AckLog;

/// What one pass over the files is to do.
struct PassOrder {
  std::int64_t files = 0;  ///< the files 0 .. files - 1
  const MockApi* api = nullptr;
  metrics::TimingQueue* queue = nullptr;  ///< where timings go; null: nobody gets them
  std::function<void()> on_done = [] {};  ///< called after each lifecycle, on its thread
  AckLog* acks = nullptr;                 ///< told of acknowledged transitions; null: nobody is
};

/// What the lifecycles of one pass over the files had to do with each other.
struct CrewReport {
  Attendance attendance;        ///< its threads are those that carried lifecycles
  std::int64_t elapsed_ns = 0;  ///< from the rendezvous until all that was written is durable
  std::int64_t in_flight_peak = 0;
  std::int64_t residence_ns = 0;  ///< sum over lifecycles, connections included
  std::int64_t writes = 0;
  std::int64_t commits = 0;
  std::int64_t api_calls = 0;
  std::int64_t api_failures = 0;
  std::int64_t occ_conflicts = 0;
  std::int64_t row_bytes_changed = 0;
  std::int64_t lock_wait_longest_ns = 0;
  std::string first_failure;  ///< empty where every lifecycle reached its end
};

/// Runs lifecycles, so many at a time. One pass at a time.
class Crew {
 public:
  Crew() = default;
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  virtual ~Crew() = default;

  /// The first failure, and a stop, keep further lifecycles from starting. Throws ArenaError.
  virtual CrewReport run(const PassOrder& order) = 0;
};

}  // namespace walbench::engine
