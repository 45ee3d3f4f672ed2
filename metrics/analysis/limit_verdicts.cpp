#include "metrics/analysis/limit_verdicts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <string>

#include "metrics/duration.hpp"
#include "metrics/result/words.hpp"

namespace walbench::metrics {
namespace {

constexpr std::int64_t kLeastScaledDelayNs =
    50'000'000;  ///< the shortest delay that scales a bound

std::chrono::nanoseconds ns_of(std::int64_t ns) {
  return std::chrono::nanoseconds(ns);
}

/// A limit's bound for a configuration, and why it is not the one that was set.
struct Bound {
  double value = 0;
  std::string note;
};

Bound bound_for(const Limit& limit, const ConfigurationPlanned& planned) {
  double scale = 1;
  std::string note;
  if (limit.for_files != 0 && limit.for_files != planned.files) {
    scale *= static_cast<double>(planned.files) / static_cast<double>(limit.for_files);
    note = fmt::format("from {} files to {}", limit.for_files, planned.files);
  }
  if (limit.for_api_delay_ns != 0 && limit.for_api_delay_ns != planned.api_delay_ns) {
    // The database's part of the time does not shrink with the API's, so neither does the limit
    // below some point.
    const std::int64_t delay_ns = std::max(planned.api_delay_ns, kLeastScaledDelayNs);
    scale *= static_cast<double>(delay_ns) / static_cast<double>(limit.for_api_delay_ns);
    note += fmt::format("{}from {} to {} an API call", note.empty() ? "" : " and ",
                        format_duration(ns_of(limit.for_api_delay_ns)),
                        format_duration(ns_of(delay_ns)));
  }
  if (limit.for_api_delay_ns != 0 && planned.api_fail_rate > 0) {
    scale *= expected_api_calls_per_file(planned.api_fail_rate) / expected_api_calls_per_file(0);
    note += fmt::format("{}for {:.3g} % failing calls", note.empty() ? "" : " and ",
                        100 * planned.api_fail_rate);
  }
  if (note.empty()) return {limit.bound, {}};
  constexpr double kLongestNs = 9e18;  // below the largest std::int64_t
  const double scaled = std::min(limit.bound * scale, kLongestNs);
  return {std::round(scaled), fmt::format(" (limit scaled {})", note)};
}

/// `, 291x`: how far the value is from the bound. Beyond a thousand digits mean nothing.
std::string margin(double value, double bound, std::string_view excess) {
  const double smaller = std::min(bound, value);
  if (smaller <= 0) return {};
  constexpr double kMostTold = 1000;
  const double factor = std::max(bound, value) / smaller;
  if (factor >= kMostTold) return fmt::format(", more than {:.0f}x{}", kMostTold, excess);
  return fmt::format(", {:.{}f}x{}", factor, factor < 10 ? 2 : 0, excess);
}

LimitVerdict judge_value(const Limit& limit, double value, const Bound& bound) {
  const bool passed = limit.above ? value <= bound.value : value >= bound.value;
  const bool is_time = limit.figure.segment || limit.figure.name == "elapsed";
  const std::string_view excess = passed         ? ""
                                  : !limit.above ? " too little"
                                  : is_time      ? " too long"
                                                 : " too much";
  return {limit.name, passed,
          fmt::format("{} of {}{}{}", limited_text(limit.figure, value),
                      limited_text(limit.figure, bound.value), margin(value, bound.value, excess),
                      bound.note)};
}

/// A failed verdict if fewer lifecycles ran at once than were asked for.
std::optional<LimitVerdict> judge_concurrency(const ConfigurationResult& configuration) {
  const ConcurrencyReached& reached = configuration.concurrency;
  const std::int64_t asked = configuration.planned.threads;
  if (configuration.planned.commits_in_groups()) {
    const std::int64_t possible = std::min(asked, configuration.planned.files);
    if (reached.in_flight_peak >= possible) return std::nullopt;
    return LimitVerdict{"concurrency", false,
                        fmt::format("{} of {} {} were in flight at most", reached.in_flight_peak,
                                    possible, words_of(configuration).iterations)};
  }
  if (reached.os_threads >= asked) return std::nullopt;
  return LimitVerdict{
      "concurrency", false,
      fmt::format("{} of {} threads had met when the clock started", reached.os_threads, asked)};
}

/// `12 of 818 files were not indexed`; empty if all were, or if there are no files.
std::string not_indexed(const ConfigurationResult& configuration) {
  const std::int64_t given_up = configuration.given_up.all();
  if (configuration.runs_scripts() || given_up == 0) return {};
  return fmt::format("{} of {:.0f} files were not indexed", given_up,
                     configuration.iterations_done() + static_cast<double>(given_up));
}

/// A limit that is meant for a number of files is about indexing all of them.
LimitVerdict judge_files(const Limit& limit, const ConfigurationResult& configuration,
                         LimitVerdict verdict) {
  const std::string missing = not_indexed(configuration);
  if (limit.for_files == 0 || missing.empty()) return verdict;
  return {verdict.limit, false, fmt::format("{}; {}", missing, verdict.evidence)};
}

}  // namespace

std::optional<LimitVerdict> judge_limit(const Limit& limit,
                                        const ConfigurationResult& configuration) {
  if (limit.relative || !selects(limit, configuration)) return std::nullopt;
  const std::optional<double> value = limited_value(limit, configuration);
  if (!value) return std::nullopt;
  return judge_files(limit, configuration,
                     judge_value(limit, *value, bound_for(limit, configuration.planned)));
}

std::vector<LimitVerdict> judge(const ConfigurationResult& configuration,
                                const std::vector<Limit>& asked) {
  std::vector<LimitVerdict> verdicts;
  if (auto verdict = judge_concurrency(configuration)) verdicts.push_back(std::move(*verdict));
  if (std::string missing = not_indexed(configuration); !missing.empty()) {
    verdicts.push_back({"indexed", false, std::move(missing)});
  }
  const auto add = [&](const Limit& limit) {
    if (std::ranges::find(verdicts, limit.name, &LimitVerdict::limit) != verdicts.end()) return;
    if (auto verdict = judge_limit(limit, configuration)) verdicts.push_back(std::move(*verdict));
  };
  std::ranges::for_each(standard_limits(), add);
  for (const std::string& planned : configuration.planned.limits) {
    add(parse_limit(planned));
  }
  std::ranges::for_each(asked, add);
  return verdicts;
}

}  // namespace walbench::metrics
