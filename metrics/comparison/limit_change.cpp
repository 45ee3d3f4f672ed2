#include "metrics/comparison/limit_change.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "metrics/comparison/run_comparison.hpp"
#include "metrics/ratio_text.hpp"

namespace walbench::metrics {
namespace {

std::string change_text(const FigureChange& figure) {
  std::string text =
      fmt::format("{:.4g} -> {:.4g} {}, {}", figure.before, figure.after,
                  figure.segment ? "ms" : "a second", ratio_text(figure.change.ratio));
  if (const auto& interval = figure.change.interval) {
    text += fmt::format(" ({} .. {})", ratio_text(interval->low), ratio_text(interval->high));
  }
  return text;
}

LimitOutcome outcome_of(const Limit& limit, const Change& change) {
  if (!change.interval) return LimitOutcome::undecided;
  const bool past = limit.above ? change.ratio > limit.bound : change.ratio < limit.bound;
  if (!past) return LimitOutcome::passed;
  const bool told = limit.above ? change.shown_larger() : change.shown_smaller();
  return told ? LimitOutcome::failed : LimitOutcome::undecided;
}

/// Why nothing is decided, and what would help.
std::string why_undecided(const FigureChange& figure, const ConfigurationChange& configuration) {
  if (figure.verdict == Verdict::too_few_samples) return "too few samples to tell it from chance";
  if (figure.verdict == Verdict::too_few_runs) {
    return "only three runs a side or more could tell it from chance";
  }
  std::string why = "past the limit, but it cannot be told from chance";
  // Student's t falls from 2.8 to 2.3 between three runs a side and five, and slowly from there.
  constexpr std::size_t kPlenty = 5;
  const std::size_t fewer = std::min(configuration.runs_before, configuration.runs_after);
  if (figure.source == IntervalSource::repeats && fewer < kPlenty) {
    why += fmt::format("; more runs than {} a side would make the interval narrower", fewer);
  }
  return why;
}

/// Whether the limit is about that figure.
bool bounds(const Limit& limit, const FigureChange& figure,
            const ConfigurationChange& configuration) {
  if (!figure.segment) return limit.figure.name == "transitions_per_second";
  if (figure.segment != limit.figure.segment || figure.percentile != limit.figure.percentile) {
    return false;
  }
  const auto stream =
      std::ranges::find(configuration.streams, figure.stream, &ComparedStream::name);
  return stream != configuration.streams.end() && selects(limit, stream->id, stream->name.empty());
}

}  // namespace

std::string_view outcome_name(LimitOutcome outcome) {
  switch (outcome) {
    case LimitOutcome::passed: return "pass";
    case LimitOutcome::failed: return "fail";
    case LimitOutcome::undecided: break;
  }
  return "undecided";
}

std::vector<ChangeVerdict> judge_change(const Limit& limit, const RunComparison& comparison) {
  std::vector<ChangeVerdict> verdicts;
  for (const ConfigurationChange& configuration : comparison.configurations) {
    ConfigurationResult planned;
    planned.planned = configuration.after;
    planned.settings = configuration.settings;
    if (!selects(limit, planned)) continue;
    for (const FigureChange& figure : configuration.limited) {
      if (!bounds(limit, figure, configuration)) continue;
      const LimitOutcome outcome = outcome_of(limit, figure.change);
      verdicts.push_back({limit.name, configuration.label, outcome, change_text(figure)});
      if (outcome == LimitOutcome::undecided) {
        verdicts.back().evidence += "; " + why_undecided(figure, configuration);
      }
    }
  }
  return verdicts;
}

}  // namespace walbench::metrics
