#include "metrics/analysis/mitigation_analysis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <string_view>
#include <utility>

#include "metrics/analysis/bottleneck.hpp"
#include "metrics/ratio_text.hpp"
#include "metrics/result/key.hpp"
#include "metrics/units.hpp"

namespace walbench::metrics {
namespace {

constexpr double kWorthwhile = 0.05;
constexpr double kLeastNs = 1;  // what the clock and the histograms resolve
constexpr double kLeastPerSecond = 1e-9;
constexpr std::string_view kNetP95 = "fsm_net P95";

struct Statistic {
  double percentile;
  std::int64_t SegmentFigures::*value_ns;
};
constexpr std::array<Statistic, 3> kStatistics = {{
    {95, &SegmentFigures::p95_ns},
    {99, &SegmentFigures::p99_ns},
    {100, &SegmentFigures::max_ns},
}};

/// The statistic of each repeat, in ns; empty if one of them lacks the segment.
std::vector<double> values_of(const RepeatedResult& result, Segment segment,
                              const Statistic& statistic) {
  std::vector<double> values;
  for (const RepeatFigures& repeat : result.repeats) {
    const SegmentFigures* const found = repeat.find(segment);
    if (found == nullptr) return {};
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

/// `figure` names what is compared. Leaves it out unless both sides have it in every repeat.
void add_change(std::vector<FigureChange>& changes, FigureChange figure,
                const std::vector<double>& before, const std::vector<double>& after, double unit,
                double least) {
  if (before.empty() || before.size() != after.size()) return;
  figure.before = median(before) / unit;
  figure.after = median(after) / unit;
  figure.change = paired_change(before, after, least);
  figure.source = IntervalSource::pairs;
  figure.verdict = verdict_of(figure, Verdict::too_few_runs);
  changes.push_back(figure);
}

/// Throughput is better larger, latency smaller.
bool shows_gain(const std::vector<FigureChange>& changes) {
  const FigureChange* const throughput = find_change(changes, kThroughput);
  const FigureChange* const net = find_change(changes, kNetP95);
  const auto is = [](const FigureChange* figure, Verdict verdict) {
    return figure != nullptr && figure->verdict == verdict;
  };
  const bool more = is(throughput, Verdict::better) && throughput->change.ratio >= 1 + kWorthwhile;
  const bool faster = is(net, Verdict::better) && net->change.ratio <= 1 - kWorthwhile;
  return (more || faster) && !is(throughput, Verdict::worse) && !is(net, Verdict::worse);
}

double throughput_ratio(const MitigationFindings& findings) {
  const FigureChange* const throughput = find_change(findings.changes, kThroughput);
  return throughput == nullptr ? 0 : throughput->change.ratio;
}

std::string change_text(const FigureChange& figure) {
  std::string text = fmt::format("{} {}", figure.name(), ratio_text(figure.change.ratio));
  if (const auto& interval = figure.change.interval) {
    text += fmt::format(" ({} .. {})", ratio_text(interval->low), ratio_text(interval->high));
  }
  return text;
}

/// The changes of throughput and of P95 of fsm_net that are shown.
std::string gain_text(const std::vector<FigureChange>& changes) {
  std::string text;
  for (const std::string_view name : {kThroughput, kNetP95}) {
    const FigureChange* const figure = find_change(changes, name);
    if (figure == nullptr || !figure->change.shown()) continue;
    text += (text.empty() ? "" : ", ") + change_text(*figure);
  }
  return text;
}

std::string baseline_sentence(const ConfigurationResult& baseline,
                              const ConfigurationFindings& findings) {
  const std::string label = configuration_label(baseline.planned);
  if (baseline.unsaved_peak > 0) {
    return fmt::format(
        "The baseline, {}, acknowledges up to {} transitions before they are durable.", label,
        baseline.unsaved_peak);
  }
  if (findings.verdicts.empty()) return fmt::format("No limit applies to {}.", label);
  return fmt::format("The baseline, {}, {} its limits itself.", label,
                     findings.every_limit_met() ? "meets" : "does not meet");
}

/// The index of the mitigation to recommend.
std::optional<std::size_t> simplest(const std::vector<MitigationResult>& mitigations,
                                    const std::vector<MitigationFindings>& findings,
                                    const std::vector<std::size_t>& ranking) {
  std::optional<std::size_t> best;
  for (const std::size_t index : ranking) {
    const MitigationInfo& info = mitigations[index].info;
    const MitigationFindings& found = findings[index];
    if (!info.recommendable || !found.mitigation.every_limit_met() || !found.gain_shown) continue;
    if (!best || info.effort < mitigations[*best].info.effort) best = index;
  }
  return best;
}

std::string why_none(const std::vector<MitigationFindings>& findings) {
  const bool intervals = std::ranges::any_of(findings, [](const MitigationFindings& each) {
    const FigureChange* const throughput = find_change(each.changes, kThroughput);
    return throughput != nullptr && throughput->change.interval;
  });
  if (!intervals) return "one repeat shows no gain; measure at least five";
  return "no measured one meets its limits, shows a gain of 5 % or more and keeps every "
         "acknowledged transition";
}

}  // namespace

std::vector<FigureChange> compare_pairs(const MitigationResult& result) {
  std::vector<FigureChange> changes;
  for (const Segment segment : kComparedSegments) {
    for (const Statistic& statistic : kStatistics) {
      add_change(changes, {.segment = segment, .percentile = statistic.percentile},
                 values_of(result.baseline, segment, statistic),
                 values_of(result.mitigation, segment, statistic), kNsPerMs, kLeastNs);
    }
  }
  add_change(changes, {}, throughputs_of(result.baseline), throughputs_of(result.mitigation), 1,
             kLeastPerSecond);
  return changes;
}

MitigationFindings analyse_mitigation(const MitigationResult& result) {
  const bool whole =
      result.baseline.pooled.missing().empty() && result.mitigation.pooled.missing().empty();
  MitigationFindings findings{
      .baseline = analyse_configuration(result.baseline.pooled),
      .mitigation = analyse_configuration(result.mitigation.pooled),
      .changes = whole ? compare_pairs(result) : std::vector<FigureChange>()};
  findings.gain_shown = shows_gain(findings.changes);
  return findings;
}

std::vector<std::size_t> rank_mitigations(const std::vector<MitigationFindings>& mitigations) {
  std::vector<std::size_t> ranking;
  for (std::size_t index = 0; index < mitigations.size(); ++index) {
    if (!mitigations[index].changes.empty()) ranking.push_back(index);
  }
  std::ranges::stable_sort(ranking, std::greater(),
                           [&](std::size_t index) { return throughput_ratio(mitigations[index]); });
  return ranking;
}

std::optional<Recommendation> recommend(const std::vector<MitigationResult>& mitigations,
                                        const std::vector<MitigationFindings>& findings,
                                        const std::vector<std::size_t>& ranking) {
  if (ranking.empty()) return std::nullopt;
  const std::size_t first = *std::ranges::min_element(ranking);
  const ConfigurationResult& baseline = mitigations[first].baseline.pooled;
  Recommendation recommendation;
  if (const std::optional<std::size_t> best = simplest(mitigations, findings, ranking)) {
    const MitigationInfo& info = mitigations[*best].info;
    recommendation.mitigation = info.name;
    recommendation.sentences.push_back(
        fmt::format("{}, the simplest that meets its limits and shows a gain: {}.", info.name,
                    gain_text(findings[*best].changes)));
    recommendation.sentences.push_back(
        fmt::format("Its cost: {}. Its risk: {}.", info.cost, info.risk));
  } else {
    recommendation.sentences.push_back(
        fmt::format("keep {}: {}.", baseline.planned.strategy, why_none(findings)));
  }
  const MitigationInfo& top = mitigations[ranking.front()].info;
  const MitigationFindings& gained = findings[ranking.front()];
  if (top.name != recommendation.mitigation && gained.gain_shown) {
    recommendation.sentences.push_back(fmt::format("{} gained most: {}. Its risk: {}.", top.name,
                                                   gain_text(gained.changes), top.risk));
  }
  recommendation.sentences.push_back(baseline_sentence(baseline, findings[first].baseline));
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
