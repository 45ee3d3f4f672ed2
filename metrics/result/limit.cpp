#include "metrics/result/limit.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <stdexcept>
#include <system_error>
#include <variant>

#include "metrics/duration.hpp"
#include "metrics/result/configuration_result.hpp"
#include "metrics/result/figures.hpp"

namespace walbench::metrics {
namespace {

using std::string_view;

/// Nanoseconds in the unit of a figure that is a time; 0 for others.
double ns_of(Unit unit) {
  switch (unit) {
    case Unit::ns: return 1;
    case Unit::us: return 1e3;
    case Unit::ms: return 1e6;
    case Unit::seconds: return 1e9;
    default: return 0;
  }
}

/// The figure of that name, or null if there is none that is a number.
const Figure<ConfigurationResult>* find_number(string_view name) {
  const Figure<ConfigurationResult>* const figure = find_figure(name);
  if (figure == nullptr) return nullptr;
  const FigureValue kind = figure->kind != nullptr ? figure->kind() : FigureValue(0.0);
  const bool number =
      std::holds_alternative<double>(kind) || std::holds_alternative<std::int64_t>(kind);
  return number ? figure : nullptr;
}

bool is_time(const LimitedFigure& figure) {
  return figure.segment || ns_of(find_number(figure.name)->unit) > 0;
}

bool is_share(const LimitedFigure& figure) {
  return !figure.segment && find_number(figure.name)->unit == Unit::share;
}

/// The names of all dimensions.
std::string dimensions() {
  std::vector<string_view> names;
  const auto add = [&names](const auto& figures) {
    for (const auto& figure : figures) {
      if (!figure.dimension.empty()) names.push_back(figure.dimension);
    }
  };
  add(configuration_figures());
  add(stream_figures());
  return fmt::format("{}", fmt::join(names, ", "));
}

[[noreturn]] void refuse(const std::string& why) {
  throw std::invalid_argument(why);
}

string_view trimmed(string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
  return text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

/// Digits with or without a point; nothing for anything else.
std::optional<double> number_from(string_view text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  const bool plain = text.find_first_not_of("0123456789.") == string_view::npos;
  return plain && error == std::errc() && rest == end ? std::optional(number) : std::nullopt;
}

/// `p99.9` is 99.9, `max` is 100. Throws for anything else; `p999` is likely to mean P99.9.
double percentile_from(string_view name, string_view segment) {
  if (name == "max") return 100;
  const std::optional<double> percentile =
      name.starts_with('p') ? number_from(name.substr(1)) : std::nullopt;
  if (percentile && *percentile > 0 && *percentile <= 100) return *percentile;
  if (name.empty()) refuse(fmt::format("'{0}' needs a percentile, as in {0}.p99", segment));
  std::string meant = "p50, p95, p99, p99.9 or max";
  const bool point_missing = name.starts_with("p99") && name.size() > 3 &&
                             name.find_first_not_of("0123456789", 1) == string_view::npos;
  if (point_missing) meant = fmt::format("p99.{}", name.substr(3));
  refuse(fmt::format("'{}' is not a percentile above 0; write {}.{}", name, segment, meant));
}

LimitedFigure parse_figure(string_view text) {
  LimitedFigure figure{.name = std::string(text), .segment = std::nullopt, .percentile = 0};
  if (find_number(text) != nullptr) return figure;
  const bool bare = text == "max" || (text.starts_with('p') && text.size() > 1 &&
                                      number_from(text.substr(1)).has_value());
  const std::size_t dot = bare ? 0 : std::min(text.find('.'), text.size());
  const string_view name = bare ? segment_name(Segment::fsm_net) : text.substr(0, dot);
  figure.segment = segment_from_name(name);
  if (!figure.segment) figure.segment = segment_of_scripts(name);
  if (!figure.segment) {
    std::vector<string_view> names;
    std::ranges::transform(kSegments, std::back_inserter(names), &SegmentRow::name);
    refuse(
        fmt::format("'{}' is neither a segment nor a figure that is a number. Segments: {}. "
                    "Figures: those of result files, such as elapsed and "
                    "transitions_per_second",
                    name, fmt::join(names, ", ")));
  }
  figure.percentile =
      percentile_from(bare ? text : text.substr(std::min(dot + 1, text.size())), name);
  return figure;
}

std::vector<std::pair<std::string, std::string>> parse_selector(string_view text,
                                                                const LimitedFigure& figure) {
  std::vector<std::pair<std::string, std::string>> selector;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const string_view part = trimmed(text.substr(begin, end - begin));
    const std::size_t equals = part.find('=');
    if (equals == string_view::npos || equals + 1 == part.size()) {
      refuse(fmt::format("'{}' is not DIMENSION=VALUE, as in threads=10", part));
    }
    const string_view dimension = trimmed(part.substr(0, equals));
    const bool of_streams = find_stream_dimension(dimension) != nullptr;
    if (!of_streams && find_dimension(dimension) == nullptr) {
      refuse(fmt::format("'{}' is not one of {}", dimension, dimensions()));
    }
    if (of_streams && !figure.segment) {
      refuse(fmt::format("'{}' is a figure of all streams together, so {} cannot select it",
                         figure.name, dimension));
    }
    selector.emplace_back(dimension, trimmed(part.substr(equals + 1)));
    begin = end + 1;
  }
  return selector;
}

/// `+10%` or `-5%`, as a ratio.
double parse_change(string_view text, const Limit& limit) {
  const char sign = limit.above ? '+' : '-';
  const std::optional<double> percent =
      text.front() == sign ? number_from(trimmed(text.substr(1, text.size() - 2))) : std::nullopt;
  constexpr double kMostPercent = 1e9;
  if (!percent || *percent > kMostPercent) {
    refuse(fmt::format("'{}' is not a change in that direction; write {}{}10%", text,
                       limit.above ? '>' : '<', sign));
  }
  if (!limit.above && *percent >= 100) refuse("no figure can fall by 100 % or more");
  if (limit.figure.percentile >= 100) {
    refuse("a change of a maximum cannot be told from chance; take a percentile, as in p99.9");
  }
  return limit.above ? 1 + *percent / 100 : 1 - *percent / 100;
}

void parse_bound(string_view text, Limit& limit) {
  if (text.empty()) refuse("the bound is missing, as in 'lock_wait.p99>5ms'");
  const bool percent = text.size() > 1 && text.ends_with('%');
  const std::optional<double> share = percent && is_share(limit.figure)
                                          ? number_from(text.substr(0, text.size() - 1))
                                          : std::nullopt;
  limit.relative = percent && !share;
  if (share) {
    limit.bound = *share / 100;
  } else if (limit.relative) {
    limit.bound = parse_change(text, limit);
  } else if (is_time(limit.figure)) {
    limit.bound = static_cast<double>(parse_duration(text).count());
  } else if (const std::optional<double> number = number_from(text)) {
    limit.bound = *number;
  } else {
    refuse(fmt::format("'{}' is not a number", text));
  }
}

}  // namespace

Limit parse_limit(const std::string& text) {
  Limit limit;
  limit.name = text;
  try {
    const string_view whole = text;
    const std::size_t brace = whole.find('{');
    const std::size_t closed = brace == string_view::npos ? 0 : whole.find('}', brace);
    const std::size_t at = whole.find_first_of("<>", std::min(closed, whole.size()));
    if (at == string_view::npos || brace == at + 1) {
      refuse(
          "write FIGURE>BOUND or FIGURE{DIMENSION=VALUE,...}>BOUND, as in "
          "'lock_wait.p99{threads=10}>5ms', or < for figures that must not be too small");
    }
    limit.above = whole[at] == '>';
    limit.figure = parse_figure(trimmed(whole.substr(0, std::min(brace, at))));
    if (brace < at) {
      if (!trimmed(whole.substr(closed + 1, at - closed - 1)).empty()) {
        refuse("after } must follow > or <");
      }
      limit.selector = parse_selector(whole.substr(brace + 1, closed - brace - 1), limit.figure);
    }
    parse_bound(trimmed(whole.substr(at + 1)), limit);
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(fmt::format("limit '{}': {}", text, error.what()));
  }
  return limit;
}

std::vector<Limit> standard_limits() {
  constexpr std::int64_t kFiles = 818;
  constexpr std::int64_t kDelayNs = 2'000'000'000;
  Limit first = parse_limit("elapsed{threads=10,profile=zero}>300s");
  first.name = "threshold_1";
  first.for_files = kFiles;
  Limit second = parse_limit("elapsed{threads=10,profile=realistic}>6h");
  second.name = "threshold_2";
  second.for_files = kFiles;
  second.for_api_delay_ns = kDelayNs;
  return {first, second};
}

bool selects(const Limit& limit, const ConfigurationResult& configuration) {
  return std::ranges::all_of(limit.selector, [&configuration](const auto& part) {
    const Figure<ConfigurationResult>* const figure = find_dimension(part.first);
    return figure == nullptr || key_text(*figure, configuration) == part.second;
  });
}

bool selects(const Limit& limit, const StreamId& stream, bool is_main) {
  Stream of_id;
  of_id.id = stream;
  bool about_streams = false;
  const bool has_all = std::ranges::all_of(limit.selector, [&](const auto& part) {
    const Figure<Stream>* const figure = find_stream_dimension(part.first);
    about_streams = about_streams || figure != nullptr;
    return figure == nullptr || figure_text(figure->value(of_id)) == part.second;
  });
  return has_all && (about_streams || is_main);
}

std::optional<double> limited_value(const Limit& limit, const ConfigurationResult& configuration) {
  if (!limit.figure.segment) {
    const Figure<ConfigurationResult>* const figure = find_number(limit.figure.name);
    if (figure->name == "elapsed_seconds") {
      return static_cast<double>(configuration.elapsed_longest_ns);
    }
    const FigureValue value = figure->value(configuration);
    double scale = is_time(limit.figure) ? ns_of(figure->unit) : 1;
    if (figure->pooling == Pooling::sum && figure->name != "repeats_pooled") {
      scale /= static_cast<double>(std::max<std::int64_t>(configuration.repeats, 1));
    }
    if (const auto* const number = std::get_if<double>(&value)) return *number * scale;
    const auto* const count = std::get_if<std::int64_t>(&value);
    return count == nullptr ? std::nullopt : std::optional(static_cast<double>(*count) * scale);
  }
  std::optional<double> worst;
  for (const Stream* const stream : configuration.streams()) {
    const Histogram* const samples = stream->find(*limit.figure.segment);
    if (samples == nullptr || samples->total_count() == 0) continue;
    if (!selects(limit, stream->id, stream == &configuration.main)) continue;
    const auto value = static_cast<double>(samples->value_at_percentile(limit.figure.percentile));
    if (!worst || (limit.above ? value > *worst : value < *worst)) worst = value;
  }
  return worst;
}

std::string limited_text(const LimitedFigure& figure, double value) {
  if (is_time(figure)) return format_duration(std::chrono::nanoseconds(std::llround(value)));
  return fmt::format("{:.4g}", value);
}

}  // namespace walbench::metrics
