#include "metrics/statistics/figure_change.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace walbench::metrics {

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::better: return "better";
    case Verdict::worse: return "worse";
    case Verdict::not_told_apart: return "cannot tell apart";
    case Verdict::too_few_samples: return "too few samples";
    case Verdict::too_few_runs: break;
  }
  return "too few runs";
}

std::string_view source_name(IntervalSource source) {
  switch (source) {
    case IntervalSource::pairs: return "pairs";
    case IntervalSource::repeats: return "repeats";
    case IntervalSource::bootstrap: break;
  }
  return "bootstrap";
}

std::string FigureChange::name() const {
  if (!segment) return std::string(kThroughput);
  const std::string name = segment_name(stream, *segment);
  return percentile == 100 ? name + " max" : fmt::format("{} P{}", name, percentile);
}

const FigureChange* find_change(const std::vector<FigureChange>& changes, std::string_view name) {
  const auto found = std::ranges::find(changes, name, &FigureChange::name);
  return found == changes.end() ? nullptr : &*found;
}

Verdict verdict_of(const FigureChange& figure, Verdict without_interval) {
  if (!figure.change.interval) return without_interval;
  if (!figure.change.shown()) return Verdict::not_told_apart;
  const bool smaller_is_better = figure.segment.has_value();
  return figure.change.shown_smaller() == smaller_is_better ? Verdict::better : Verdict::worse;
}

}  // namespace walbench::metrics
