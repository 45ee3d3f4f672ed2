#include "metrics/clock.hpp"

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

void SteadyClock::wait_until(std::int64_t until_ns, std::unique_lock<std::mutex>& lock,
                             std::condition_variable& woken) const {
  using std::chrono::steady_clock;
  woken.wait_until(lock, steady_clock::time_point(steady_clock::duration(until_ns)));
}

}  // namespace walbench::metrics
