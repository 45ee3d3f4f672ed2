#include "metrics/analysis/busy_timeout_answer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "metrics/result/key.hpp"

namespace walbench::metrics {
namespace {

constexpr std::int64_t kUsPerMs = 1000;

double used_of(std::int64_t longest_us, std::int64_t configured_ms) {
  if (longest_us == 0) return 0;
  return static_cast<double>(longest_us) /
         static_cast<double>(std::max<std::int64_t>(configured_ms, 1) * kUsPerMs);
}

/// Twice the longest wait, in whole seconds, and at least the five that are usual.
std::int64_t ms_to_set(std::int64_t longest_us) {
  constexpr std::int64_t kUsualMs = 5000;
  constexpr std::int64_t kMsPerSecond = 1000;
  constexpr std::int64_t kUsPerSecond = kUsPerMs * kMsPerSecond;
  const std::int64_t seconds = (2 * longest_us + kUsPerSecond - 1) / kUsPerSecond;
  return std::max(kUsualMs, seconds * kMsPerSecond);
}

}  // namespace

double BusyTimeoutAnswer::used() const {
  return used_of(longest_us, configured_ms);
}

std::string BusyTimeoutAnswer::sentence() const {
  const std::string busy =
      refused == 0 ? "" : fmt::format(" {} attempts ended in SQLITE_BUSY.", refused);
  if (longest_us == 0) {
    return fmt::format(
        "busy_timeout: set {} ms. No writer of this run waited in the busy handler.{}", set_ms,
        busy);
  }
  return fmt::format(
      "busy_timeout: set {} ms. The longest wait, at {}, asked to sleep {} ms, which is {:.0f} % "
      "of the {} ms that were set{}.{}",
      set_ms, where, (longest_us + kUsPerMs - 1) / kUsPerMs, 100 * used(), configured_ms,
      is_near() ? ": the next longer one ends in SQLITE_BUSY" : "", busy);
}

std::optional<BusyTimeoutAnswer> answer_busy_timeout(
    const std::vector<ConfigurationResult>& configurations,
    const std::vector<MitigationResult>& mitigations) {
  std::optional<BusyTimeoutAnswer> answer;
  std::int64_t longest_us = 0;
  std::int64_t refused = 0;
  const auto look_at = [&](const ConfigurationResult& each) {
    for (const StatementFailures& failure : each.failures) {
      if (failure.outcome == "busy") refused += failure.count;
    }
    longest_us = std::max(longest_us, each.busy_longest_us);
    const double used = used_of(each.busy_longest_us, each.settings.busy_timeout_ms);
    if (answer && answer->used() >= used) return;
    answer = {each.busy_longest_us, each.settings.busy_timeout_ms,
              configuration_label(each.planned), 0, 0};
  };
  std::ranges::for_each(configurations, look_at);
  for (const MitigationResult& each : mitigations) {
    for (const RepeatedResult* const side : {&each.baseline, &each.mitigation}) {
      if (!side->repeats.empty()) look_at(side->pooled);
    }
  }
  if (!answer) return answer;
  answer->set_ms = ms_to_set(longest_us);
  answer->refused = refused;
  return answer;
}

}  // namespace walbench::metrics
