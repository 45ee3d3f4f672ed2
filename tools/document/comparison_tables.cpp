#include "tools/document/comparison_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "tools/document/result_tables.hpp"
#include "tools/program/text.hpp"
#include "tools/render/csv.hpp"
#include "tools/render/markdown.hpp"

namespace walbench::tools {
namespace {

using metrics::ConfigurationChange;
using metrics::FigureChange;
using metrics::IntervalSource;
using metrics::Verdict;

// ---- cells

bool nothing_on_a_side(const FigureChange& figure) {
  return figure.before <= 0 || figure.after <= 0;
}

std::string number_text(double ratio) {
  constexpr double kLarge = 1000;  // past it, and its inverse, only the direction matters
  if (std::isnan(ratio)) return "-";
  if (ratio > kLarge) return ">1,000";
  if (ratio < 1 / kLarge) return "<0.001";
  return ratio >= 0.1 ? fmt::format("{:.3f}", ratio) : fmt::format("{:.3g}", ratio);
}

std::string value_cell(const FigureChange& figure, double value) {
  return figure.segment ? format_milliseconds(value) : with_thousands(value);
}

/// A value of 0 has no ratio worth reading; its verdict remains.
std::string ratio_cell(const FigureChange& figure) {
  return nothing_on_a_side(figure) ? "-" : number_text(figure.change.ratio);
}

std::string interval_cell(const FigureChange& figure) {
  const auto& interval = figure.change.interval;
  if (!interval || nothing_on_a_side(figure)) return "-";
  return number_text(interval->low) + " .. " + number_text(interval->high);
}

std::vector<std::string> cells_of(const FigureChange& figure) {
  return {figure.name(),
          value_cell(figure, figure.before),
          value_cell(figure, figure.after),
          ratio_cell(figure),
          interval_cell(figure),
          std::string(verdict_name(figure.verdict))};
}

constexpr std::array kHeader = {"ms", "before", "after", "ratio", "interval", "verdict"};

// ---- sentences

std::string runs_text(std::size_t runs) {
  return fmt::format("{} run{}", runs, runs == 1 ? "" : "s");
}

bool repeated(const ConfigurationChange& configuration) {
  return std::min(configuration.runs_before, configuration.runs_after) >= metrics::kRunsForRepeats;
}

std::string headline(const ConfigurationChange& configuration) {
  return fmt::format("{}: {} before, {} after", configuration.label,
                     runs_text(configuration.runs_before), runs_text(configuration.runs_after));
}

/// `3 better, 1 worse, 60 cannot tell apart`.
std::string counts_line(const ConfigurationChange& configuration) {
  std::string line;
  for (const Verdict verdict : {Verdict::better, Verdict::worse, Verdict::not_told_apart,
                                Verdict::too_few_samples, Verdict::too_few_runs}) {
    const auto count = std::ranges::count(configuration.figures, verdict, &FigureChange::verdict);
    const bool was_judged = verdict < Verdict::too_few_samples;
    if (count == 0 && !was_judged) continue;
    line += fmt::format("{}{} {}", line.empty() ? "" : ", ", count, verdict_name(verdict));
  }
  return line;
}

std::vector<std::string> sentences_about(const metrics::RunMatch& match) {
  std::vector<std::string> sentences;
  sentences.reserve(match.differences.size() + match.notes.size());
  for (const std::string& each : match.differences) {
    sentences.push_back("NOT MEASURED ALIKE, compared by force: " + each);
  }
  sentences.insert(sentences.end(), match.notes.begin(), match.notes.end());
  for (const std::string& each : match.only_before) {
    sentences.push_back("only before: " + each);
  }
  for (const std::string& each : match.only_after) {
    sentences.push_back("only after: " + each);
  }
  return sentences;
}

bool has_source(const metrics::RunComparison& comparison, IntervalSource source) {
  return std::ranges::any_of(comparison.configurations, [&](const ConfigurationChange& each) {
    return std::ranges::any_of(each.figures, [&](const FigureChange& figure) {
      return figure.segment && figure.source == source;
    });
  });
}

/// What the intervals mean, a paragraph a line.
std::vector<std::string> method_sentences(const metrics::RunComparison& comparison) {
  std::vector<std::string> sentences;
  if (comparison.intervals == 0) return sentences;
  sentences.push_back(
      fmt::format("Intervals are of the ratio after/before and hold together with {:.0f} %: each "
                  "of the {} with "
                  "{:.5g} % (Bonferroni).",
                  100 * (1 - metrics::kChanceOfAnyMiss), comparison.intervals,
                  100 * (1 - comparison.chance_of_miss())));
  if (comparison.limited_intervals > 0) {
    sentences.push_back(
        fmt::format("What --fail-if names is judged by intervals of its own, which share nothing "
                    "with the table's: they hold together with {:.0f} %, each of the {} with "
                    "{:.5g} %.",
                    100 * (1 - metrics::kChanceOfAnyMiss), comparison.limited_intervals,
                    100 * (1 - comparison.limited_chance_of_miss())));
  }
  if (has_source(comparison, IntervalSource::repeats)) {
    sentences.emplace_back(
        "From repeats: before and after are geometric means over the runs, intervals Welch's t "
        "over "
        "the logarithms of each run's figure. With three runs a side they are wide; with five or "
        "more, far narrower.");
  }
  if (has_source(comparison, IntervalSource::bootstrap)) {
    sentences.push_back(
        fmt::format("From a bootstrap of the histograms, which knows only how samples vary within "
                    "a run, not how "
                    "runs vary: between two runs of the same program it may see a difference. "
                    "Measure at least {} "
                    "runs a side to have intervals from repeats.",
                    metrics::kRunsForRepeats));
  }
  return sentences;
}

std::string_view outcome_word(metrics::LimitOutcome outcome) {
  switch (outcome) {
    case metrics::LimitOutcome::passed: return "PASS";
    case metrics::LimitOutcome::failed: return "FAIL";
    case metrics::LimitOutcome::undecided: break;
  }
  return "UNDECIDED";
}

}  // namespace

std::string limit_line(const metrics::ChangeVerdict& verdict) {
  return printable(fmt::format("{}  {}, {}: {}", outcome_word(verdict.outcome), verdict.limit,
                               verdict.configuration, verdict.evidence)) +
         "\n";
}

// ---- for a terminal

std::string comparison_table(const metrics::RunMatch& match,
                             const metrics::RunComparison& comparison,
                             const std::vector<metrics::ChangeVerdict>& limits) {
  std::string out;
  for (const std::string& sentence : sentences_about(match)) {
    out += printable(sentence) + "\n";
  }
  if (!out.empty()) out += "\n";
  for (const ConfigurationChange& configuration : comparison.configurations) {
    out += printable(headline(configuration)) + "\n";
    TextTable table({kHeader.begin(), kHeader.end()});
    for (const FigureChange& figure : configuration.figures) {
      table.add_row(cells_of(figure));
    }
    out += fmt::format("  {}; intervals from {}\n{}", counts_line(configuration),
                       repeated(configuration) ? "repeats" : "a bootstrap", table.str(2));
    for (const std::string& note : configuration.notes) {
      out += "  " + printable(note) + "\n";
    }
    out += "\n";
  }
  for (const std::string& sentence : method_sentences(comparison)) {
    out += sentence + "\n";
  }
  if (!limits.empty()) out += "\n";
  for (const metrics::ChangeVerdict& verdict : limits) {
    out += limit_line(verdict);
  }
  return out;
}

// ---- Markdown

namespace {

std::string markdown_row(const std::vector<std::string>& cells) {
  std::string row = "|";
  for (const std::string& cell : cells) {
    row += " " + markdown_text(cell) + " |";
  }
  return row + "\n";
}

std::string markdown_list(const std::vector<std::string>& sentences) {
  std::string out;
  for (const std::string& sentence : sentences) {
    out += "- " + markdown_text(sentence) + "\n";
  }
  return out.empty() ? out : out + "\n";
}

}  // namespace

std::string comparison_markdown(const metrics::RunMatch& match,
                                const metrics::RunComparison& comparison,
                                const std::vector<metrics::ChangeVerdict>& limits) {
  std::string out = markdown_list(sentences_about(match));
  for (const ConfigurationChange& configuration : comparison.configurations) {
    out += fmt::format("### {}\n\n{}; intervals from {}\n\n",
                       markdown_text(headline(configuration)), counts_line(configuration),
                       repeated(configuration) ? "repeats" : "a bootstrap");
    out += markdown_row({kHeader.begin(), kHeader.end()}) + "|---|---:|---:|---:|---:|---|\n";
    for (const FigureChange& figure : configuration.figures) {
      out += markdown_row(cells_of(figure));
    }
    out += "\n" + markdown_list(configuration.notes);
  }
  out += markdown_list(method_sentences(comparison));
  std::vector<std::string> verdicts;
  for (const metrics::ChangeVerdict& verdict : limits) {
    std::string line = limit_line(verdict);
    line.pop_back();
    verdicts.push_back(std::move(line));
  }
  return out + markdown_list(verdicts);
}

// ---- CSV

namespace {

std::string csv_row(const ConfigurationChange& configuration, const FigureChange& figure) {
  const metrics::ConfigurationPlanned& before = configuration.before;
  const auto& interval = figure.change.interval;
  const std::string values = fmt::format("{},{}", figure.before, figure.after);
  return fmt::format(
      "{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", before.threads, csv_field(before.profile),
      csv_field(before.strategy), csv_field(configuration.after.strategy),
      figure.segment ? segment_name(*figure.segment) : "transitions_per_second",
      figure.segment ? fmt::format("{}", figure.percentile) : "", figure.segment ? values : ",",
      figure.segment ? "," : values, figure.change.ratio,
      interval ? fmt::format("{},{}", interval->low, interval->high) : ",",
      source_name(figure.source), verdict_name(figure.verdict), configuration.runs_before,
      configuration.runs_after);
}

}  // namespace

std::string comparison_csv(const metrics::RunComparison& comparison) {
  std::string out =
      "threads,profile,strategy,strategy_after,segment,percentile,before_ms,after_ms,"
      "before_per_second,after_per_second,ratio,ratio_low,ratio_high,source,verdict,runs_before,"
      "runs_after\n";
  for (const ConfigurationChange& configuration : comparison.configurations) {
    for (const FigureChange& figure : configuration.figures) {
      out += csv_row(configuration, figure);
    }
  }
  return out;
}

}  // namespace walbench::tools
