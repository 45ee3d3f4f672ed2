#include "metrics/analysis/mitigation_analysis.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <string_view>
#include <utility>

#include "metrics/analysis/admission.hpp"
#include "metrics/analysis/bottleneck.hpp"
#include "metrics/analysis/wal_reset.hpp"
#include "metrics/result/words.hpp"
#include "metrics/units.hpp"

namespace walbench::metrics {
namespace {

constexpr double kWorthwhile = 0.05;
constexpr double kChanceOfAnyMiss = 0.05;
constexpr double kLeastNs = 1;  // what the clock and the histograms resolve
constexpr double kLeastPerSecond = 1e-9;
constexpr std::string_view kNetP95 = "fsm_net P95";
// Of each mitigation, by which chance_of_miss() is shared.
constexpr std::size_t kDeciding = 4;
constexpr std::size_t kOthers = kComparedSegments.size() * 4 + 1 - kDeciding;

struct Statistic {
  double percentile;
  std::int64_t SegmentFigures::*value_ns;
};
constexpr std::array<Statistic, 4> kStatistics = {{
    {95, &SegmentFigures::p95_ns},
    {99, &SegmentFigures::p99_ns},
    {99.9, &SegmentFigures::p999_ns},
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

/// Whether a recommendation rests on the figure.
bool decides(const FigureChange& figure) {
  return !figure.segment || (*figure.segment == Segment::fsm_net && figure.percentile != 99);
}

/// `figure` names what is compared. Leaves it out unless both sides have it in every repeat.
void add_change(std::vector<FigureChange>& changes, FigureChange figure, const MitigationInfo& info,
                const std::vector<double>& before, const std::vector<double>& after) {
  if (before.empty() || before.size() != after.size()) return;
  const double unit = figure.segment ? kNsPerMs : 1;
  const double least = figure.segment ? kLeastNs : kLeastPerSecond;
  figure.before = median(before) / unit;
  figure.after = median(after) / unit;
  figure.change = paired_change(before, after, least, chance_of_miss(info, decides(figure)));
  figure.source = IntervalSource::pairs;
  figure.verdict = verdict_of(figure, Verdict::too_few_runs);
  changes.push_back(figure);
}

/// Throughput is better larger, latency smaller.
Gain gain_of(const std::vector<FigureChange>& changes) {
  const FigureChange* const throughput = find_change(changes, kThroughput);
  const FigureChange* const net = find_change(changes, kNetP95);
  const auto is = [](const FigureChange* figure, Verdict verdict) {
    return figure != nullptr && figure->verdict == verdict;
  };
  if (is(throughput, Verdict::worse) || is(net, Verdict::worse)) return Gain::ruled_out;
  const bool more = is(throughput, Verdict::better) && throughput->change.ratio >= 1 + kWorthwhile;
  const bool faster = is(net, Verdict::better) && net->change.ratio <= 1 - kWorthwhile;
  if (more || faster) return Gain::shown;
  const auto may_gain = [](const FigureChange* figure) {
    if (figure == nullptr) return false;
    const auto& interval = figure->change.interval;
    if (!interval) return true;
    return figure->segment ? interval->low <= 1 - kWorthwhile : interval->high >= 1 + kWorthwhile;
  };
  return may_gain(throughput) || may_gain(net) ? Gain::unclear : Gain::ruled_out;
}

double throughput_ratio(const MitigationFindings& findings) {
  const FigureChange* const throughput = find_change(findings.changes, kThroughput);
  return throughput == nullptr ? 0 : throughput->change.ratio;
}

}  // namespace

std::string_view gain_name(Gain gain) {
  switch (gain) {
    case Gain::shown: return "shown";
    case Gain::ruled_out: return "ruled out";
    case Gain::unclear: break;
  }
  return "unclear";
}

double chance_of_miss(const MitigationInfo& info, bool decides) {
  const auto mitigations = static_cast<double>(std::max<std::int64_t>(info.measured_together, 1));
  return kChanceOfAnyMiss / mitigations / static_cast<double>(decides ? kDeciding : kOthers);
}

std::vector<FigureChange> compare_pairs(const MitigationResult& result) {
  std::vector<FigureChange> changes;
  for (const Segment segment : kComparedSegments) {
    for (const Statistic& statistic : kStatistics) {
      add_change(changes, {.segment = segment, .percentile = statistic.percentile}, result.info,
                 values_of(result.baseline, segment, statistic),
                 values_of(result.mitigation, segment, statistic));
    }
  }
  add_change(changes, {}, result.info, throughputs_of(result.baseline),
             throughputs_of(result.mitigation));
  return changes;
}

MitigationFindings analyse_mitigation(const MitigationResult& result,
                                      const std::vector<Limit>& asked) {
  const bool whole =
      result.baseline.pooled.missing().empty() && result.mitigation.pooled.missing().empty();
  MitigationFindings findings{
      .baseline = analyse_configuration(result.baseline.pooled, asked),
      .mitigation = analyse_configuration(result.mitigation.pooled, asked),
      .changes = whole ? compare_pairs(result) : std::vector<FigureChange>(),
      .gain = Gain::unclear,
      .objections = {},
      .slowest_users = {},
      .risk = risk_of(result)};
  findings.gain = gain_of(findings.changes);
  findings.objections =
      objections_to(result, findings.baseline, findings.mitigation, findings.changes);
  findings.slowest_users = slowest_users(findings.baseline, findings.mitigation, findings.changes,
                                         words_of(result.baseline.pooled));
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

}  // namespace walbench::metrics
