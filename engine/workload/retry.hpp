#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>

#include "engine/workers/task.hpp"
#include "engine/workers/timer.hpp"
#include "metrics/clock.hpp"

namespace walbench::engine {

/// How whatever loses a race is repeated: a script, a lifecycle's transaction, opening a
/// connection.
struct RetryPlan {
  std::int64_t max_tries = 1;         ///< the first one included; 0: as many as it takes
  std::chrono::nanoseconds delay{0};  ///< before each further try

  /// Whether another one may follow the try of that number, which counts from 1.
  bool allows_after(std::int64_t tries) const { return max_tries == 0 || tries < max_tries; }
};

/// Waits without a thread if there is a timer, otherwise on the calling thread. Everything must
/// outlive the task. Throws storage::WriteCancelled if `end` cuts it short.
Task pause_for(std::chrono::nanoseconds duration, const metrics::Clock& clock, Timer* timer,
               const std::stop_token& end);

}  // namespace walbench::engine
