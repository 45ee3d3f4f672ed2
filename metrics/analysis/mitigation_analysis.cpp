#include "metrics/analysis/mitigation_analysis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <string_view>
#include <utility>

#include "metrics/analysis/analysis.hpp"

namespace walbench::metrics {
namespace {

constexpr double kNsPerMs = 1e6;
constexpr double kWorthwhile = 0.05;
constexpr double kLeastNs = 1;  // what the clock and the histograms resolve
constexpr std::string_view kThroughput = "transitions/s";
constexpr std::string_view kNetP95 = "fsm_net P95";

struct Statistic {
  std::string_view name;
  std::int64_t SegmentFigures::*value_ns;
};
constexpr std::array<Statistic, 3> kStatistics = {{
    {"P95", &SegmentFigures::p95_ns},
    {"P99", &SegmentFigures::p99_ns},
    {"max", &SegmentFigures::max_ns},
}};

/// The statistic of each repeat, in ns; nothing where one of them lacks the segment.
std::vector<double> values_of(const RepeatedResult& result, Segment segment,
                              const Statistic& statistic) {
  std::vector<double> values;
  for (const RepeatFigures& repeat : result.repeats) {
    const auto found = std::ranges::find(repeat.segments, segment, &SegmentFigures::segment);
    if (found == repeat.segments.end()) return {};
    values.push_back(static_cast<double>((*found).*statistic.value_ns));
  }
  return values;
}

std::vector<double> throughputs_of(const RepeatedResult& result) {
  std::vector<double> values;
  values.reserve(result.repeats.size());
  for (const RepeatFigures& repeat : result.repeats) {
    values.push_back(result.transitions_per_second(repeat));
  }
  return values;
}

void add_row(std::vector<ChangeRow>& rows, std::string figure, const std::vector<double>& before,
             const std::vector<double>& after, double unit, double least) {
  if (before.empty() || before.size() != after.size()) return;
  rows.push_back({std::move(figure), median(before) / unit, median(after) / unit,
                  paired_change(before, after, least)});
}

bool all_passed(const ConfigurationResult& configuration) {
  return std::ranges::all_of(configuration.verdicts, &GateVerdict::passed);
}

/// Throughput is better larger, latency smaller.
bool gain_shown(const std::vector<ChangeRow>& rows) {
  const ChangeRow* const throughput = find_row(rows, kThroughput);
  const ChangeRow* const net = find_row(rows, kNetP95);
  const bool more = throughput != nullptr && throughput->change.shown_larger() &&
                    throughput->change.ratio >= 1 + kWorthwhile;
  const bool less = throughput != nullptr && throughput->change.shown_smaller();
  const bool faster =
      net != nullptr && net->change.shown_smaller() && net->change.ratio <= 1 - kWorthwhile;
  const bool slower = net != nullptr && net->change.shown_larger();
  return (more || faster) && !less && !slower;
}

double throughput_ratio(const RankedMitigation& ranked) {
  const ChangeRow* const throughput = find_row(ranked.rows, kThroughput);
  return throughput == nullptr ? 0 : throughput->change.ratio;
}

std::string change_text(const ChangeRow& row) {
  std::string text = fmt::format("{} {:+.0f} %", row.figure, 100 * (row.change.ratio - 1));
  if (row.change.interval) {
    text += fmt::format(" ({:+.0f} .. {:+.0f} %)", 100 * (row.change.interval->low - 1),
                        100 * (row.change.interval->high - 1));
  }
  return text;
}

/// What was shown of throughput and P95 of fsm_net.
std::string gain_text(const std::vector<ChangeRow>& rows) {
  std::string text;
  for (const std::string_view figure : {kThroughput, kNetP95}) {
    const ChangeRow* const row = find_row(rows, figure);
    if (row == nullptr || !row->change.shown()) continue;
    text += (text.empty() ? "" : ", ") + change_text(*row);
  }
  return text;
}

std::string baseline_sentence(const ConfigurationResult& baseline) {
  const std::string label = configuration_label(baseline.planned);
  if (baseline.unsaved_peak > 0) {
    return fmt::format(
        "The baseline, {}, acknowledges up to {} transitions before they are durable.", label,
        baseline.unsaved_peak);
  }
  if (baseline.verdicts.empty()) return fmt::format("No gate is set for {}.", label);
  return fmt::format("The baseline, {}, {} itself.", label,
                     all_passed(baseline) ? "meets the gates" : "does not meet the gates");
}

const RankedMitigation* simplest(const std::vector<RankedMitigation>& ranked) {
  const RankedMitigation* best = nullptr;
  for (const RankedMitigation& each : ranked) {
    if (!each.result->info.recommendable || !each.meets_gates || !each.gain_shown) continue;
    if (best == nullptr || each.result->info.effort < best->result->info.effort) best = &each;
  }
  return best;
}

std::string why_none(const std::vector<RankedMitigation>& ranked) {
  const bool intervals = std::ranges::any_of(ranked, [](const RankedMitigation& each) {
    const ChangeRow* const throughput = find_row(each.rows, kThroughput);
    return throughput != nullptr && throughput->change.interval;
  });
  if (!intervals) return "one repeat shows no gain; measure more, as with --repeat 5";
  return "no measured one meets the gates, shows a gain of 5 % or more and keeps every "
         "acknowledged "
         "transition";
}

}  // namespace

std::vector<ChangeRow> compare_repeats(const MitigationResult& result) {
  std::vector<ChangeRow> rows;
  for (const Segment segment : kComparedSegments) {
    for (const Statistic& statistic : kStatistics) {
      add_row(rows, fmt::format("{} {}", segment_name(segment), statistic.name),
              values_of(result.baseline, segment, statistic),
              values_of(result.mitigation, segment, statistic), kNsPerMs, kLeastNs);
    }
  }
  constexpr double kLeastPerSecond = 1e-9;
  add_row(rows, std::string(kThroughput), throughputs_of(result.baseline),
          throughputs_of(result.mitigation), 1, kLeastPerSecond);
  return rows;
}

const ChangeRow* find_row(const std::vector<ChangeRow>& rows, std::string_view figure) {
  const auto found = std::ranges::find(rows, figure, &ChangeRow::figure);
  return found == rows.end() ? nullptr : &*found;
}

std::vector<RankedMitigation> rank_mitigations(const std::vector<MitigationResult>& mitigations) {
  std::vector<RankedMitigation> ranked;
  for (const MitigationResult& each : mitigations) {
    std::vector<ChangeRow> rows = compare_repeats(each);
    const bool gains = gain_shown(rows);
    ranked.push_back({&each, std::move(rows), all_passed(each.mitigation.pooled), gains});
  }
  std::ranges::stable_sort(ranked, std::greater(), throughput_ratio);
  return ranked;
}

std::optional<Recommendation> recommend(const std::vector<MitigationResult>& mitigations) {
  std::vector<RankedMitigation> ranked = rank_mitigations(mitigations);
  // Where the files of a side are missing there is nothing to go by.
  std::erase_if(ranked, [](const RankedMitigation& each) { return each.rows.empty(); });
  if (ranked.empty()) return std::nullopt;
  const ConfigurationResult& baseline =
      std::ranges::find_if(mitigations, [](const MitigationResult& each) {
        return !compare_repeats(each).empty();
      })->baseline.pooled;
  Recommendation recommendation;
  if (const RankedMitigation* const best = simplest(ranked)) {
    const MitigationInfo& info = best->result->info;
    recommendation.mitigation = info.name;
    recommendation.sentences.push_back(
        fmt::format("{}, the simplest that meets the gates and shows a gain: {}.", info.name,
                    gain_text(best->rows)));
    recommendation.sentences.push_back(
        fmt::format("Its cost: {}. Its risk: {}.", info.cost, info.risk));
  } else {
    recommendation.sentences.push_back(
        fmt::format("keep {}: {}.", baseline.planned.strategy, why_none(ranked)));
  }
  const MitigationInfo& top = ranked.front().result->info;
  if (top.name != recommendation.mitigation && ranked.front().gain_shown) {
    recommendation.sentences.push_back(fmt::format("The largest gain has {}: {}. Its risk: {}.",
                                                   top.name, gain_text(ranked.front().rows),
                                                   top.risk));
  }
  recommendation.sentences.push_back(baseline_sentence(baseline));
  return recommendation;
}

std::optional<BusyTimeoutNeeded> busy_timeout_needed(
    const std::vector<ConfigurationResult>& configurations,
    const std::vector<MitigationResult>& mitigations) {
  std::vector<const ConfigurationResult*> all;
  all.reserve(configurations.size() + 2 * mitigations.size());
  for (const ConfigurationResult& each : configurations) {
    all.push_back(&each);
  }
  for (const MitigationResult& each : mitigations) {
    for (const RepeatedResult* const side : {&each.baseline, &each.mitigation}) {
      if (!side->repeats.empty()) all.push_back(&side->pooled);
    }
  }
  if (all.empty()) return std::nullopt;
  const ConfigurationResult& longest = **std::ranges::max_element(
      all, {}, [](const ConfigurationResult* each) { return each->busy_longest_us; });
  return BusyTimeoutNeeded{longest.busy_longest_us, longest.settings.busy_timeout_ms,
                           configuration_label(longest.planned)};
}

std::string busy_timeout_sentence(const BusyTimeoutNeeded& needed) {
  if (needed.needed_us == 0) {
    return "busy_timeout: no writer of this run waited in SQLite's busy handler, so any would do.";
  }
  constexpr std::int64_t kUsPerMs = 1000;
  const std::int64_t needed_ms = (needed.needed_us + kUsPerMs - 1) / kUsPerMs;
  return fmt::format(
      "busy_timeout: {} ms would have kept every writer of this run from SQLITE_BUSY (the longest "
      "wait was at {}); the {} ms that were set are {:.1f} times that.",
      needed_ms, needed.where, needed.configured_ms,
      static_cast<double>(needed.configured_ms) / static_cast<double>(needed_ms));
}

}  // namespace walbench::metrics
