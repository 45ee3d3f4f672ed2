#include "tools/document/comparison_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include "metrics/result/words.hpp"
#include "tools/document/cells.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

using metrics::ConfigurationChange;
using metrics::FigureChange;
using metrics::IntervalSource;
using metrics::Verdict;

// ---- cells

std::string ratio_number(double ratio) {
  constexpr double kLarge = 1000;  // past it, and its inverse, only the direction matters
  if (std::isnan(ratio)) return "-";
  if (ratio > kLarge) return ">1,000";
  if (ratio < 1 / kLarge) return "<0.001";
  return ratio >= 0.1 ? fmt::format("{:.3f}", ratio) : fmt::format("{:.3g}", ratio);
}

Tone tone_of(Verdict verdict) {
  if (verdict == Verdict::better) return Tone::good;
  return verdict == Verdict::worse ? Tone::bad : Tone::plain;
}

Row row_of(const FigureChange& figure, const metrics::Words& words) {
  // A value of 0 has no ratio worth reading; its verdict remains.
  const bool nothing = figure.before <= 0 || figure.after <= 0;
  const auto& interval = figure.change.interval;
  const auto value = [&](double number) -> Cell {
    return {figure.segment ? format_milliseconds(number) : with_thousands(number), number};
  };
  return {
      {words.figure(figure.name()), {}},
      value(figure.before),
      value(figure.after),
      nothing ? Cell{"-", {}} : Cell{ratio_number(figure.change.ratio), figure.change.ratio},
      {!interval || nothing ? "-"
                            : ratio_number(interval->low) + " .. " + ratio_number(interval->high),
       {}},
      {std::string(verdict_name(figure.verdict)), {}, tone_of(figure.verdict)}};
}

// ---- sentences

/// `3 better, 1 worse, 60 cannot tell apart`.
std::string counts_text(const ConfigurationChange& configuration) {
  std::string text;
  for (const Verdict verdict : {Verdict::better, Verdict::worse, Verdict::not_told_apart,
                                Verdict::too_few_samples, Verdict::too_few_runs}) {
    const auto count = std::ranges::count(configuration.figures, verdict, &FigureChange::verdict);
    const bool was_judged = verdict < Verdict::too_few_samples;
    if (count == 0 && !was_judged) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, verdict_name(verdict));
  }
  return text;
}

bool repeated(const ConfigurationChange& configuration) {
  return std::min(configuration.runs_before, configuration.runs_after) >= metrics::kRunsForRepeats;
}

Section configuration_section(const ConfigurationChange& configuration) {
  Section section{fmt::format("{}: {} before, {} after", configuration.label,
                              counted(configuration.runs_before, "run"),
                              counted(configuration.runs_after, "run")),
                  false,
                  {}};
  section.say("{}; intervals from {}.", counts_text(configuration),
              repeated(configuration) ? "repeats" : "a bootstrap");
  for (const std::string& failure : configuration.failures) {
    section.add(Sentence{failure, Tone::warning});
  }
  Table table{"Before and after",
              columns({"ms", "before", "after", "ratio", "interval", "verdict"})};
  const metrics::Words& words =
      metrics::words_for(configuration.before.workload != metrics::kLifecycle);
  for (const FigureChange& figure : configuration.figures) {
    table.rows.push_back(row_of(figure, words));
  }
  section.add(std::move(table));
  for (const std::string& note : configuration.notes) {
    section.add(Sentence{note});
  }
  return section;
}

Section match_section(const metrics::RunMatch& match) {
  Section section{"Compared runs"};
  const auto add = [&](const char* before, const std::vector<std::string>& all, Tone tone) {
    for (const std::string& each : all) {
      section.add(Sentence{before + each, tone});
    }
  };
  add("NOT MEASURED ALIKE, compared by force: ", match.differences, Tone::warning);
  add("", match.notes, Tone::plain);
  add("only before: ", match.only_before, Tone::plain);
  add("only after: ", match.only_after, Tone::plain);
  return section;
}

Section limits_section(const std::vector<metrics::ChangeVerdict>& limits) {
  Section section{"Limits"};
  for (const metrics::ChangeVerdict& verdict : limits) {
    section.add(limit_sentence(verdict));
  }
  return section;
}

bool has_source(const metrics::RunComparison& comparison, IntervalSource source) {
  return std::ranges::any_of(comparison.configurations, [&](const ConfigurationChange& each) {
    return std::ranges::any_of(each.figures, [&](const FigureChange& figure) {
      return figure.segment && figure.source == source;
    });
  });
}

/// What the intervals mean.
Section method_section(const metrics::RunComparison& comparison) {
  Section section{"How to read it"};
  if (comparison.intervals == 0) return section;
  const double together = 100 * (1 - metrics::kChanceOfAnyMiss);
  const auto add = [&](std::string text) { section.add(Sentence{std::move(text)}); };
  add(
      fmt::format("Intervals are of the ratio after/before and hold together with {:.0f} %: each "
                  "of the {} with {:.5g} % (Bonferroni).",
                  together, comparison.intervals, 100 * (1 - comparison.chance_of_miss())));
  if (comparison.limited_intervals > 0) {
    add(fmt::format(
        "Figures that --fail-if names are judged by intervals of their own, apart from "
        "the table's: they hold together with {:.0f} %, each of the {} with {:.5g} %.",
        together, comparison.limited_intervals, 100 * (1 - comparison.limited_chance_of_miss())));
  }
  if (has_source(comparison, IntervalSource::repeats)) {
    add("From repeats: before and after are geometric means over the runs, intervals Welch's t "
        "over the logarithms of each run's figure. Three runs a side make them wide; five or more "
        "make them far narrower.");
  }
  if (has_source(comparison, IntervalSource::bootstrap)) {
    add(
        fmt::format("From a bootstrap of the histograms, which knows only how samples vary within "
                    "a run, not how runs vary: it may see a difference between two runs of the "
                    "same program. Measure at least {} runs a side to have intervals from repeats.",
                    metrics::kRunsForRepeats));
  }
  return section;
}

// ---- CSV

Cell number(double value) {
  return {{}, value};
}

Row figures_row(const ConfigurationChange& configuration, const FigureChange& figure) {
  const metrics::ConfigurationPlanned& before = configuration.before;
  const auto& interval = figure.change.interval;
  const Cell none;
  const bool timed = figure.segment.has_value();
  return {number(static_cast<double>(before.threads)),
          {before.profile, {}},
          {before.strategy, {}},
          {configuration.after.strategy, {}},
          {timed ? segment_name(figure.stream, *figure.segment) : "transitions_per_second", {}},
          timed ? number(figure.percentile) : none,
          timed ? number(figure.before) : none,
          timed ? number(figure.after) : none,
          timed ? none : number(figure.before),
          timed ? none : number(figure.after),
          number(figure.change.ratio),
          interval ? number(interval->low) : none,
          interval ? number(interval->high) : none,
          {std::string(source_name(figure.source)), {}},
          {std::string(verdict_name(figure.verdict)), {}},
          number(static_cast<double>(configuration.runs_before)),
          number(static_cast<double>(configuration.runs_after)),
          number(static_cast<double>(configuration.failed_before)),
          number(static_cast<double>(configuration.failed_after))};
}

}  // namespace

Document comparison_document(const metrics::RunMatch& match,
                             const metrics::RunComparison& comparison,
                             const std::vector<metrics::ChangeVerdict>& limits) {
  Document document{"walbench comparison"};
  const auto add = [&](Section&& section) {
    if (!section.blocks.empty()) document.sections.push_back(std::move(section));
  };
  add(limits_section(limits));
  add(match_section(match));
  for (const ConfigurationChange& configuration : comparison.configurations) {
    add(configuration_section(configuration));
  }
  add(method_section(comparison));
  return document;
}

Table comparison_figures(const metrics::RunComparison& comparison) {
  Table table{"comparison",
              columns({"threads", "profile", "strategy", "strategy_after", "segment", "percentile",
                       "before_ms", "after_ms", "before_per_second", "after_per_second", "ratio",
                       "ratio_low", "ratio_high", "source", "verdict", "runs_before", "runs_after",
                       "failed_before", "failed_after"})};
  table.stream = [&comparison](const RowSink& sink) {
    for (const ConfigurationChange& configuration : comparison.configurations) {
      for (const FigureChange& figure : configuration.figures) {
        if (!sink(figures_row(configuration, figure))) return;
      }
    }
  };
  return table;
}

Sentence limit_sentence(const metrics::ChangeVerdict& verdict) {
  using metrics::LimitOutcome;
  const bool passed = verdict.outcome == LimitOutcome::passed;
  const bool failed = verdict.outcome == LimitOutcome::failed;
  return {fmt::format("{}  {}, {}: {}",
                      passed   ? "PASS"
                      : failed ? "FAIL"
                               : "UNDECIDED",
                      verdict.limit, verdict.configuration, verdict.evidence),
          passed   ? Tone::good
          : failed ? Tone::bad
                   : Tone::warning};
}

}  // namespace walbench::tools
