#include "tools/document/cells.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>

#include "metrics/duration.hpp"
#include "metrics/ratio_text.hpp"
#include "metrics/units.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

using metrics::kNsPerMs;

std::string interval_text(const metrics::Change& change) {
  if (!change.interval) return "-";
  return metrics::ratio_text(change.interval->low) + " .. " +
         metrics::ratio_text(change.interval->high);
}

/// Whether it got better, worse, or neither for all that is known.
Cell conclusion(const metrics::FigureChange& figure) {
  if (!figure.change.interval) return {"one repeat", {}};
  if (!figure.change.shown()) return {"no difference shown", {}};
  return {std::string(metrics::verdict_name(figure.verdict)),
          {},
          figure.verdict == metrics::Verdict::better ? Tone::good : Tone::bad};
}

}  // namespace

std::string format_milliseconds(double ms) {
  const double size = std::abs(ms);
  if (size >= 100) return fmt::format("{:.1f}", ms);
  if (size >= 10) return fmt::format("{:.2f}", ms);
  if (size >= 0.01 || size == 0) return fmt::format("{:.3f}", ms);
  return fmt::format("{:.5f}", ms);
}

std::string milliseconds_text(double ns) {
  return format_milliseconds(ns / kNsPerMs);
}

std::string duration_text(std::int64_t ns) {
  return metrics::format_duration(std::chrono::nanoseconds(ns));
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", with_thousands(static_cast<std::int64_t>(count)), noun,
                     count == 1 ? "" : "s");
}

Cell milliseconds_cell(double ns) {
  return {milliseconds_text(ns), ns / kNsPerMs};
}

Cell count_cell(std::int64_t count) {
  return {with_thousands(count), static_cast<double>(count)};
}

Cell rate_cell(double per_second) {
  return {with_thousands(per_second), per_second};
}

Cell bytes_cell(std::int64_t bytes) {
  return {format_bytes(bytes), static_cast<double>(bytes)};
}

Cell percent_cell(double share) {
  // A share that rounds to 0 is printed without a sign.
  const double percent = std::round(1000 * share) / 10;
  return {fmt::format("{:.1f} %", percent == 0 ? 0.0 : percent), share};
}

Cell ceiling_cell(const std::optional<metrics::CeilingShare>& share) {
  if (!share) return {"-", {}};
  return {fmt::format("{:.2f}{}", share->share, share->moved() ? ", it moved" : ""), share->share,
          share->moved() ? Tone::warning : Tone::plain};
}

Cell ratio_cell(std::int64_t numerator, std::int64_t denominator) {
  if (denominator == 0) return {"-", {}};
  const double ratio = static_cast<double>(numerator) / static_cast<double>(denominator);
  return {fmt::format("{:.1f}", ratio), ratio};
}

Cell percentile_cell(const metrics::Histogram* histogram, double percentile) {
  if (histogram == nullptr || histogram->total_count() == 0) return {"-", {}};
  return milliseconds_cell(static_cast<double>(histogram->value_at_percentile(percentile)));
}

Cell verdict_cell(bool passed) {
  return {passed ? "PASS" : "FAIL", {}, passed ? Tone::good : Tone::bad};
}

Percentiles or_shown(const Percentiles& percentiles) {
  if (!percentiles.empty()) return percentiles;
  return {kShownPercentiles.begin(), kShownPercentiles.end()};
}

std::string percentile_name(double percentile) {
  return percentile == 100 ? "max" : fmt::format("P{:.10g}", percentile);
}

void add_percentiles(const metrics::Histogram* histogram, const Percentiles& percentiles,
                     Row& row) {
  for (const double percentile : or_shown(percentiles)) {
    row.push_back(percentile_cell(histogram, percentile));
  }
}

std::string_view unit_or_unknown(const metrics::HgrmFile& file) {
  return file.unit.empty() ? "unit of the file" : std::string_view(file.unit);
}

Cell told_cell(const std::optional<metrics::ToldValue>& told, std::string_view unit) {
  if (!told) return {"-", {}};
  const auto text = [&](double value) {
    if (unit == "ms") return format_milliseconds(value);
    // Of what unit a value is, its size does not tell.
    return value == 0 || value >= 1 ? fmt::format("{:.3f}", value) : fmt::format("{:.4g}", value);
  };
  const std::string value = text(told->value);
  return {told->above ? text(*told->above) + " .. " + value : value, told->value};
}

Cell figure_cell(std::string_view figure, double value) {
  return {figure == kThroughput ? with_thousands(value) : format_milliseconds(value), value};
}

std::vector<Column> change_columns() {
  return columns({"median, ms", "before", "after", "change", "95 % interval", "verdict"});
}

Row change_row(const metrics::FigureChange& figure, const metrics::Words& words) {
  const std::string name = figure.name();
  return {{words.figure(name), {}},
          figure_cell(name, figure.before),
          figure_cell(name, figure.after),
          {metrics::ratio_text(figure.change.ratio), figure.change.ratio},
          {interval_text(figure.change), {}},
          conclusion(figure)};
}

Cell change_cell(const std::vector<metrics::FigureChange>& figures, std::string_view name) {
  const metrics::FigureChange* const figure = metrics::find_change(figures, name);
  if (figure == nullptr) return {"-", {}};
  const metrics::Change& change = figure->change;
  const bool doubtful = change.interval && !change.shown();
  return {metrics::ratio_text(change.ratio) + (doubtful ? " ?" : ""), change.ratio};
}

std::string_view unit_text(metrics::Unit unit) {
  switch (unit) {
    case metrics::Unit::bytes: return "B";
    case metrics::Unit::ns: return "ns";
    case metrics::Unit::us: return "us";
    case metrics::Unit::ms: return "ms";
    case metrics::Unit::seconds: return "s";
    case metrics::Unit::per_second: return "1/s";
    case metrics::Unit::none:
    case metrics::Unit::count:
    case metrics::Unit::share: break;
  }
  return "";
}

std::vector<Column> columns(std::initializer_list<std::string_view> names) {
  std::vector<Column> all;
  all.reserve(names.size());
  for (const std::string_view name : names) {
    all.push_back({std::string(name)});
  }
  return all;
}

std::vector<Column> columns(std::initializer_list<std::string_view> before,
                            const Percentiles& percentiles,
                            std::initializer_list<std::string_view> after) {
  std::vector<Column> all = columns(before);
  for (const double percentile : or_shown(percentiles)) {
    all.push_back({percentile_name(percentile)});
  }
  for (Column& column : columns(after)) {
    all.push_back(std::move(column));
  }
  return all;
}

}  // namespace walbench::tools
