#include "metrics/comparison/regression_limit.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "metrics/comparison/run_comparison.hpp"
#include "metrics/ratio_text.hpp"

namespace walbench::metrics {
namespace {

constexpr std::string_view kThroughput = "transitions_per_second";

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
  throw std::invalid_argument(fmt::format("--fail-if '{}': {}", text, why));
}

/// Digits with a point or none; nothing for anything else.
std::optional<double> number_from(std::string_view text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  const bool plain = text.find_first_not_of("0123456789.") == std::string_view::npos;
  return plain && error == std::errc() && rest == end ? std::optional(number) : std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' '))
    text.remove_prefix(1);
  while (text.ends_with(' '))
    text.remove_suffix(1);
  return text;
}

/// Why `.max` and the like, without the dot, is no percentile; `p999` is likely to mean P99.9.
[[noreturn]] void refuse_percentile(std::string_view name, std::string_view segment,
                                    std::string_view text) {
  if (name.empty()) {
    refuse(text, fmt::format("behind '{0}' must follow a percentile, as in {0}.p99", segment));
  }
  if (name == "max" || name == "p100") {
    refuse(text, fmt::format("of a maximum nothing can be told from chance; take a "
                             "percentile, as in {}.p99.9",
                             segment));
  }
  std::string meant = "p50, p95, p99 or p99.9";
  const bool nines_without_point =
      name.starts_with("p99") && name.size() > 3 &&
      name.find_first_not_of("0123456789", 1) == std::string_view::npos;
  if (nines_without_point) meant = fmt::format("p99.{}", name.substr(3));
  refuse(text, fmt::format("'{}' is no percentile above 0 and below 100; write {}.{}", name,
                           segment, meant));
}

/// `lock_wait.p99` or `transitions_per_second`.
void parse_figure(std::string_view figure, RegressionLimit& limit) {
  if (figure == kThroughput) return;
  const std::size_t dot = figure.find('.');
  limit.segment = segment_from_name(figure.substr(0, dot));
  if (!limit.segment) {
    refuse(limit.text,
           fmt::format("'{}' is neither {} nor a segment; there are {}", figure.substr(0, dot),
                       kThroughput, fmt::join(kSegmentNames, ", ")));
  }
  const std::string_view name =
      dot == std::string_view::npos ? std::string_view() : figure.substr(dot + 1);
  const std::optional<double> percentile =
      name.starts_with('p') ? number_from(name.substr(1)) : std::nullopt;
  if (!percentile || *percentile <= 0 || *percentile >= 100) {
    refuse_percentile(name, segment_name(*limit.segment), limit.text);
  }
  limit.percentile = *percentile;
}

/// `+10%` or `-10%`, as a ratio.
double parse_change(std::string_view change, const RegressionLimit& limit) {
  const char sign = limit.above ? '+' : '-';
  const bool framed = change.size() > 2 && change.front() == sign && change.back() == '%';
  const std::optional<double> percent =
      framed ? number_from(trimmed(change.substr(1, change.size() - 2))) : std::nullopt;
  constexpr double kMostPercent = 1e9;
  if (!percent || *percent > kMostPercent) {
    refuse(limit.text, fmt::format("behind {} must follow a change in percent, as in {}{}10%",
                                   limit.above ? '>' : '<', limit.above ? '>' : '<', sign));
  }
  if (!limit.above && *percent >= 100) refuse(limit.text, "nothing can fall by 100 % or more");
  return limit.above ? 1 + *percent / 100 : 1 - *percent / 100;
}

std::string change_text(const FigureChange& figure) {
  std::string text =
      fmt::format("{:.4g} -> {:.4g} {}, {}", figure.before, figure.after,
                  figure.segment ? "ms" : "a second", ratio_text(figure.change.ratio));
  if (const auto& interval = figure.change.interval) {
    text += fmt::format(" ({} .. {})", ratio_text(interval->low), ratio_text(interval->high));
  }
  return text;
}

LimitOutcome outcome_of(const RegressionLimit& limit, const Change& change) {
  if (!change.interval) return LimitOutcome::undecided;
  const bool past = limit.above ? change.ratio > limit.ratio : change.ratio < limit.ratio;
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

}  // namespace

std::string_view outcome_name(LimitOutcome outcome) {
  switch (outcome) {
    case LimitOutcome::passed: return "pass";
    case LimitOutcome::failed: return "fail";
    case LimitOutcome::undecided: break;
  }
  return "undecided";
}

RegressionLimit parse_regression_limit(const std::string& text) {
  RegressionLimit limit;
  limit.text = text;
  const std::size_t at = text.find_first_of("<>");
  if (at == std::string::npos) {
    refuse(text,
           "write SEGMENT.PERCENTILE>+X% or <-X%, as in 'lock_wait.p99>+10%', or "
           "'transitions_per_second<-5%'");
  }
  limit.above = text[at] == '>';
  const std::string_view whole = text;
  parse_figure(trimmed(whole.substr(0, at)), limit);
  limit.ratio = parse_change(trimmed(whole.substr(at + 1)), limit);
  return limit;
}

std::vector<LimitVerdict> judge_limit(const RegressionLimit& limit,
                                      const RunComparison& comparison) {
  std::vector<LimitVerdict> verdicts;
  for (const ConfigurationChange& configuration : comparison.configurations) {
    for (const FigureChange& figure : configuration.limited) {
      if (figure.segment != limit.segment || figure.percentile != limit.percentile) continue;
      const LimitOutcome outcome = outcome_of(limit, figure.change);
      verdicts.push_back({limit.text, configuration.label, outcome, change_text(figure)});
      if (outcome == LimitOutcome::undecided) {
        verdicts.back().evidence += "; " + why_undecided(figure, configuration);
      }
    }
  }
  return verdicts;
}

}  // namespace walbench::metrics
