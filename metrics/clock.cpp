#include "metrics/clock.hpp"

#include <condition_variable>
#include <mutex>

namespace walbench::metrics {

static_assert(std::chrono::steady_clock::period::num == 1 &&
                  std::chrono::steady_clock::period::den == 1'000'000'000,
              "now_ns() hands on steady_clock ticks as nanoseconds");

bool SteadyClock::sleep_for(std::chrono::nanoseconds duration, const std::stop_token& stop) const {
  std::mutex mutex;
  std::condition_variable_any woken;
  std::unique_lock lock(mutex);
  woken.wait_for(lock, stop, duration, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace walbench::metrics
