#include "metrics/analysis/gate.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "metrics/duration.hpp"
#include "metrics/result/configuration_result.hpp"

namespace walbench::metrics {
namespace {

constexpr std::int64_t kStandardFiles = 818;
constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kLeastScaledDelayNs = kSecondNs / 20;  ///< that of --quick

std::chrono::nanoseconds ns_of(std::int64_t ns) {
  return std::chrono::nanoseconds(ns);
}

/// A gate's limit for a configuration, and why it is not the one that was set.
struct Limit {
  std::int64_t ns = 0;
  std::string note;
};

Limit limit_for(const Gate& gate, const ConfigurationPlanned& planned) {
  double scale = 1;
  std::string note;
  if (gate.limit_files != 0 && gate.limit_files != planned.files) {
    scale *= static_cast<double>(planned.files) / static_cast<double>(gate.limit_files);
    note = fmt::format("from {} files to {}", gate.limit_files, planned.files);
  }
  if (gate.limit_api_delay_ns != 0 && gate.limit_api_delay_ns != planned.api_delay_ns) {
    // The database's part of the time does not shrink with the API's, so neither does the limit
    // below some point.
    const std::int64_t delay_ns = std::max(planned.api_delay_ns, kLeastScaledDelayNs);
    scale *= static_cast<double>(delay_ns) / static_cast<double>(gate.limit_api_delay_ns);
    note += fmt::format("{}from {} to {} an API call", note.empty() ? "" : " and ",
                        format_duration(ns_of(gate.limit_api_delay_ns)),
                        format_duration(ns_of(delay_ns)));
  }
  if (gate.limit_api_delay_ns != 0 && planned.api_fail_rate > 0) {
    scale *= expected_api_calls_per_file(planned.api_fail_rate) / expected_api_calls_per_file(0);
    note += fmt::format("{}for {:.3g} % failing calls", note.empty() ? "" : " and ",
                        100 * planned.api_fail_rate);
  }
  if (note.empty()) return {gate.limit_ns, {}};
  constexpr double kLongestNs = 9e18;  // below the largest std::int64_t
  const double scaled = std::min(static_cast<double>(gate.limit_ns) * scale, kLongestNs);
  return {std::llround(scaled), fmt::format(" (limit scaled {})", note)};
}

/// `, 291x`: how far the value is from its limit.
std::string margin(std::int64_t value_ns, std::int64_t limit_ns, bool passed) {
  const std::int64_t smaller_ns = std::min(limit_ns, value_ns);
  if (smaller_ns <= 0) return {};
  const double factor =
      static_cast<double>(std::max(limit_ns, value_ns)) / static_cast<double>(smaller_ns);
  return fmt::format(", {:.{}f}x{}", factor, factor < 10 ? 2 : 0, passed ? "" : " too long");
}

GateVerdict judge_elapsed(const ConfigurationResult& configuration, const Gate& gate) {
  const Limit limit = limit_for(gate, configuration.planned);
  const bool passed = configuration.elapsed_ns <= limit.ns;
  return {gate.name, passed,
          fmt::format("{} of {}{}{}", format_duration(ns_of(configuration.elapsed_ns)),
                      format_duration(ns_of(limit.ns)),
                      margin(configuration.elapsed_ns, limit.ns, passed), limit.note)};
}

GateVerdict judge_statistic(const ConfigurationResult& configuration, const Gate& gate,
                            const GateStatistic& statistic) {
  const Histogram* const histogram = configuration.find(statistic.segment);
  if (histogram == nullptr) {
    return {gate.name, false,
            fmt::format("this configuration has no {}", segment_name(statistic.segment))};
  }
  const std::int64_t value_ns = histogram->value_at_percentile(statistic.percentile);
  const bool passed = value_ns < gate.limit_ns;
  return {
      gate.name, passed,
      fmt::format("{} is {}, limit {}{}", statistic.name, format_duration(ns_of(value_ns)),
                  format_duration(ns_of(gate.limit_ns)), margin(value_ns, gate.limit_ns, passed))};
}

[[noreturn]] void refuse(std::string_view gate, std::string_view why) {
  throw std::invalid_argument(fmt::format("gate '{}': {}", gate, why));
}

/// `p99.9` is 99.9, `max` is 100; nothing for anything else.
std::optional<double> percentile_named(std::string_view name) {
  if (name == "max") return 100;
  if (!name.starts_with('p')) return std::nullopt;
  name.remove_prefix(1);
  double percentile = 0;
  const char* const end = name.data() + name.size();
  const auto [rest, error] =
      std::from_chars(name.data(), end, percentile, std::chars_format::fixed);
  const bool whole = error == std::errc() && rest == end && name.front() != '-';
  return whole && percentile <= 100 ? std::optional(percentile) : std::nullopt;
}

GateStatistic parse_statistic(std::string_view gate, std::string_view name) {
  const std::size_t dot = std::min(name.find('.'), name.size());
  const std::optional<Segment> segment = segment_from_name(name.substr(0, dot));
  if (!segment) {
    refuse(gate, fmt::format("'{}' is no segment; there are {}", name.substr(0, dot),
                             fmt::join(kSegmentNames, ", ")));
  }
  const std::optional<double> percentile =
      percentile_named(name.substr(std::min(dot + 1, name.size())));
  if (!percentile) {
    refuse(gate, fmt::format("behind '{}' must follow a percentile or max, as in {}.p99",
                             segment_name(*segment), segment_name(*segment)));
  }
  return {*segment, *percentile, std::string(name)};
}

}  // namespace

std::vector<Gate> standard_gates() {
  return {{.name = "threshold_1",
           .profile = "zero",
           .threads = 10,
           .limit_ns = 300 * kSecondNs,
           .statistic = std::nullopt,
           .limit_files = kStandardFiles,
           .limit_api_delay_ns = 0},
          {.name = "threshold_2",
           .profile = "realistic",
           .threads = 10,
           .limit_ns = std::int64_t{6} * 3600 * kSecondNs,
           .statistic = std::nullopt,
           .limit_files = kStandardFiles,
           .limit_api_delay_ns = 2 * kSecondNs}};
}

Gate parse_gate(const std::string& text) {
  const std::size_t first = text.find(':');
  const std::size_t second = first == std::string::npos ? first : text.find(':', first + 1);
  if (second == std::string::npos) {
    throw std::invalid_argument("'" + text +
                                "' is not a gate; write PROFILE:THREADS:MAX, as in zero:10:300s, "
                                "or 'zero:10:lock_wait.p99<5ms'");
  }
  Gate gate;
  gate.name = text;
  gate.profile = text.substr(0, first);
  if (gate.profile != "zero" && gate.profile != "realistic") {
    refuse(text, "'" + gate.profile + "' is no profile; choose zero or realistic");
  }
  const std::string_view threads = std::string_view(text).substr(first + 1, second - first - 1);
  const auto [end, error] =
      std::from_chars(threads.data(), threads.data() + threads.size(), gate.threads);
  if (error != std::errc() || end != threads.data() + threads.size() || gate.threads < 1) {
    refuse(text, fmt::format("'{}' is no number of threads", threads));
  }
  std::string_view limit = std::string_view(text).substr(second + 1);
  const std::size_t less = limit.find('<');
  if (less != std::string_view::npos) {
    gate.statistic = parse_statistic(text, limit.substr(0, less));
    limit.remove_prefix(less + 1);
  }
  gate.limit_ns = parse_duration(limit).count();
  return gate;
}

namespace {

/// A failed verdict where fewer lifecycles ran at once than were asked for.
std::optional<GateVerdict> judge_concurrency(const ConfigurationResult& configuration) {
  const ConcurrencyReached& reached = configuration.concurrency;
  const std::int64_t asked = configuration.planned.threads;
  if (configuration.planned.commit == "group") {
    const std::int64_t possible = std::min(asked, configuration.planned.files);
    if (reached.in_flight_peak >= possible) return std::nullopt;
    return GateVerdict{"concurrency", false,
                       fmt::format("{} of {} lifecycles were in flight at most",
                                   reached.in_flight_peak, possible)};
  }
  if (reached.os_threads >= asked) return std::nullopt;
  return GateVerdict{
      "concurrency", false,
      fmt::format("{} of {} threads had met when the clock started", reached.os_threads, asked)};
}

}  // namespace

std::vector<GateVerdict> judge(const ConfigurationResult& configuration,
                               const std::vector<Gate>& gates) {
  std::vector<GateVerdict> verdicts;
  if (auto verdict = judge_concurrency(configuration)) verdicts.push_back(std::move(*verdict));
  for (const Gate& gate : gates) {
    if (gate.profile == configuration.planned.profile &&
        gate.threads == configuration.planned.threads) {
      verdicts.push_back(gate.statistic ? judge_statistic(configuration, gate, *gate.statistic)
                                        : judge_elapsed(configuration, gate));
    }
  }
  return verdicts;
}

}  // namespace walbench::metrics
