#include "engine/workload/retry.hpp"

#include "engine/workers/pause.hpp"
#include "storage/storage_error.hpp"

namespace walbench::engine {

Task pause_for(std::chrono::nanoseconds duration, const metrics::Clock& clock, Timer* timer,
               const std::stop_token& end) {
  bool whole = true;
  if (timer != nullptr) {
    whole = co_await Pause(*timer, clock.now_ns() + duration.count());
  } else if (duration.count() > 0) {
    whole = clock.sleep_for(duration, end);
  }
  if (!whole) throw storage::WriteCancelled();
}

}  // namespace walbench::engine
