#include "metrics/regression_limit.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "metrics/run_comparison.hpp"

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
    refuse(limit.text,
           fmt::format("behind '{0}' must follow a percentile above 0 and below 100, as "
                       "in {0}.p99; of a maximum nothing can be told from chance",
                       segment_name(*limit.segment)));
  }
  limit.percentile = *percentile;
}

/// `+10%` or `-10%`, as a ratio.
double parse_change(std::string_view change, const RegressionLimit& limit) {
  const char sign = limit.above ? '+' : '-';
  const bool framed = change.size() > 2 && change.front() == sign && change.back() == '%';
  const std::optional<double> percent =
      framed ? number_from(change.substr(1, change.size() - 2)) : std::nullopt;
  constexpr double kMostPercent = 1e9;
  if (!percent || *percent > kMostPercent) {
    refuse(limit.text, fmt::format("behind {} must follow a change in percent, as in {}{}10%",
                                   limit.above ? '>' : '<', limit.above ? '>' : '<', sign));
  }
  if (!limit.above && *percent >= 100) refuse(limit.text, "nothing can fall by 100 % or more");
  return limit.above ? 1 + *percent / 100 : 1 - *percent / 100;
}

std::string percent_text(double ratio) {
  constexpr double kHardToRead = 10;
  if (ratio >= kHardToRead) return fmt::format("x{:.4g}", ratio);
  return fmt::format("{:+.1f} %", 100 * (ratio - 1));
}

std::string change_text(const FigureChange& figure) {
  std::string text =
      fmt::format("{:.4g} -> {:.4g} {}, {}", figure.before, figure.after,
                  figure.segment ? "ms" : "a second", percent_text(figure.change.ratio));
  if (const auto& interval = figure.change.interval) {
    text += fmt::format(" ({} .. {})", percent_text(interval->low), percent_text(interval->high));
  }
  return text;
}

/// Why a change past its limit is no failure.
std::string_view excuse(const FigureChange& figure) {
  switch (figure.verdict) {
    case Verdict::too_few_samples:
      return "; past the limit, but too few samples to tell it from chance";
    case Verdict::too_few_runs:
      return "; past the limit, but only three runs a side or more could tell it from chance";
    default: return "; past the limit, but it cannot be told from chance";
  }
}

}  // namespace

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
  parse_figure(whole.substr(0, at), limit);
  limit.ratio = parse_change(whole.substr(at + 1), limit);
  return limit;
}

std::vector<LimitVerdict> judge_limit(const RegressionLimit& limit,
                                      const RunComparison& comparison) {
  std::vector<LimitVerdict> verdicts;
  for (const ConfigurationChange& configuration : comparison.configurations) {
    for (const FigureChange& figure : configuration.figures) {
      if (figure.segment != limit.segment || figure.percentile != limit.percentile) continue;
      const double ratio = figure.change.ratio;
      const bool past = limit.above ? ratio > limit.ratio : ratio < limit.ratio;
      const bool failed =
          past && (limit.above ? figure.change.shown_larger() : figure.change.shown_smaller());
      verdicts.push_back({limit.text, configuration.label, failed, change_text(figure)});
      if (past && !failed) verdicts.back().evidence += excuse(figure);
    }
  }
  return verdicts;
}

}  // namespace walbench::metrics
