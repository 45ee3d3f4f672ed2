#include "metrics/histogram/hgrm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <utility>

#include "metrics/histogram/hgrm_text.hpp"
#include "metrics/histogram/histogram_codec.hpp"
#include "metrics/units.hpp"

namespace walbench::metrics {
namespace {

using namespace hgrm_text;

constexpr int kStepsPerHalfDistance = 5;

// The percentage after `level`: five steps to half the distance to 100 %, then steps half as long.
double next_level(double level) {
  const int halvings = static_cast<int>(std::log(100.0 / (100.0 - level)) / std::log(2.0)) + 1;
  return level + 100.0 / std::ldexp(kStepsPerHalfDistance, halvings);
}

class HgrmWriter {
 public:
  HgrmWriter(const Histogram& histogram, double value_scale)
      : histogram_(histogram),
        scale_(value_scale),
        decimals_(histogram.geometry().significant_digits) {}

  std::string write(std::string_view walbench_json) && {
    append("{:>12} {:>14} {:>10} {:>14}\n\n", kHeaderColumns[0], kHeaderColumns[1],
           kHeaderColumns[2], kHeaderColumns[3]);
    if (histogram_.total_count() > 0) append_rows();
    append_footer();
    append("{}{}{}{}\n", kCommentStart, kJsonKey, walbench_json, kCommentEnd);
    append("{}{}{}{}\n", kCommentStart, kHistogramKey, encode_histogram(histogram_), kCommentEnd);
    return std::move(text_);
  }

 private:
  template <typename... Arguments>
  void append(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    text_ += fmt::format(format, std::forward<Arguments>(arguments)...);
  }

  double scaled(double value) const { return value / scale_; }
  double scaled(std::int64_t value) const { return static_cast<double>(value) / scale_; }

  // One row for every level; several levels may fall on one value. The first value that covers all
  // samples gets one such row, and then the row for 100 %.
  void append_rows() {
    const std::int64_t total = histogram_.total_count();
    std::size_t index = 0;
    std::int64_t cumulative = histogram_.count_at_index(0);
    double level = 0.0;
    for (;;) {
      while (cumulative < total && !reaches(level, index, cumulative)) {
        cumulative += histogram_.count_at_index(++index);
      }
      append_row(index, cumulative, level);
      const double next = next_level(level);
      // Above some 2^46 samples doubles run out of levels below 100 before the samples run out.
      if (cumulative == total || next <= level) break;
      level = next;
    }
    append("{:12.{}f} {:2.12f} {:10d}\n", scaled(histogram_.max()), decimals_, 1.0, total);
  }

  bool reaches(double level, std::size_t index, std::int64_t cumulative) const {
    return histogram_.count_at_index(index) > 0 &&
           100.0 * static_cast<double>(cumulative) /
                   static_cast<double>(histogram_.total_count()) >=
               level;
  }

  void append_row(std::size_t index, std::int64_t cumulative, double level) {
    const std::int64_t value = histogram_.highest_equivalent(histogram_.value_at_index(index));
    append("{:12.{}f} {:2.12f} {:10d} {:14.2f}\n", scaled(value), decimals_, level / 100.0,
           cumulative, 1.0 / (1.0 - level / 100.0));
  }

  void append_footer() {
    append("#[Mean    = {:12.{}f}, StdDeviation   = {:12.{}f}]\n", scaled(histogram_.mean()),
           decimals_, scaled(histogram_.standard_deviation()), decimals_);
    append("#[Max     = {:12.{}f}, Total count    = {:12d}]\n", scaled(histogram_.max()), decimals_,
           histogram_.total_count());
    append("#[Buckets = {:12d}, SubBuckets     = {:12d}]\n", histogram_.bucket_count(),
           histogram_.sub_bucket_count());
  }

  const Histogram& histogram_;
  double scale_;
  int decimals_;
  std::string text_;
};

}  // namespace

std::optional<ToldValue> HgrmFile::value_at_percentile(double p) const {
  if (std::isnan(p) || p < 0 || p > 100) throw std::invalid_argument("percentile must be 0 to 100");
  if (total_count == 0) return std::nullopt;
  if (histogram) {
    return ToldValue{static_cast<double>(histogram->value_at_percentile(p)) / kNsPerMs};
  }
  if (p == 100 && max) return ToldValue{*max};
  const auto as_stated = std::ranges::find(stated, p, &StatedPercentile::percentile);
  // Stated values are rounded, and no percentile is above the maximum.
  if (as_stated != stated.end()) {
    return ToldValue{
        std::min(as_stated->value, max.value_or(std::numeric_limits<double>::infinity()))};
  }
  if (rows.empty()) return std::nullopt;
  if (p == 0 && rows.front().percentile == 0) return ToldValue{rows.front().value};
  if (p == 100 && rows.back().percentile == 1) return ToldValue{rows.back().value};
  const std::int64_t rank = percentile_rank(p, total_count);
  const auto row = std::ranges::lower_bound(
      rows, rank, {}, [](const PercentileRow& each) { return each.cumulative_count; });
  // A file without its last row says no more of the slowest samples than its maximum.
  if (row == rows.end()) {
    if (!max) return ToldValue{rows.back().value};
    return ToldValue{*max, rows.back().value};
  }
  const double before = row == rows.begin() ? 0.0 : std::prev(row)->value;
  // The first row is that of the smallest value if it stands at 0 %.
  const bool exact = row->cumulative_count == rank || before == row->value ||
                     (row == rows.begin() && row->percentile == 0);
  return exact ? ToldValue{row->value} : ToldValue{row->value, before};
}

void HgrmFile::tell_in_milliseconds(std::optional<ValueUnit> assumed) {
  if (histogram) {
    unit = value_unit_name(ValueUnit::ms);
    return;
  }
  const std::optional<ValueUnit> named = unit.empty() ? assumed : parse_value_unit(unit);
  if (!named) return;
  unit = value_unit_name(ValueUnit::ms);
  if (*named == ValueUnit::ms) return;
  const auto ns_per_ms = static_cast<double>(nanoseconds_in(ValueUnit::ms));
  const double factor = static_cast<double>(nanoseconds_in(*named)) / ns_per_ms;
  for (PercentileRow& row : rows) {
    row.value *= factor;
  }
  for (StatedPercentile& each : stated) {
    each.value *= factor;
  }
  for (std::optional<double>* const each : {&mean, &standard_deviation, &max}) {
    if (*each) **each *= factor;
  }
}

std::string write_hgrm(const Histogram& histogram, double value_scale,
                       std::string_view walbench_json) {
  if (!(value_scale > 0.0) || !std::isfinite(value_scale)) {
    throw std::invalid_argument("hgrm: the scale must be a positive number");
  }
  if (!is_object_on_one_line(walbench_json)) {
    throw std::invalid_argument("hgrm: the JSON must be an object on one line");
  }
  return HgrmWriter(histogram, value_scale).write(walbench_json);
}

}  // namespace walbench::metrics
