#include "metrics/clock.hpp"

#include <array>
#include <ctime>

namespace walbench::metrics {
namespace {

using Text = std::array<char, 64>;

std::tm utc_fields(std::chrono::system_clock::time_point moment) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(moment);
  std::tm fields{};
  ::gmtime_r(&seconds, &fields);
  return fields;
}

}  // namespace

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

std::string iso_utc_text(std::chrono::system_clock::time_point moment) {
  const std::tm fields = utc_fields(moment);
  Text text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &fields)};
}

std::string log_utc_text(std::chrono::system_clock::time_point moment) {
  const std::tm fields = utc_fields(moment);
  Text text{};
  return {text.data(),
          std::strftime(text.data(), text.size(), "%a %b %e %H:%M:%S UTC %Y", &fields)};
}

}  // namespace walbench::metrics
