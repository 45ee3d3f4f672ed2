#include "metrics/histogram/hgrm_parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "metrics/format_error.hpp"
#include "metrics/histogram/histogram_codec.hpp"

namespace walbench::metrics {

using namespace hgrm_text;

namespace {

// What some writers put where 1/(1-1) is infinite. No level below 100 % has this inverse.
constexpr double kInfinityOfGo = 10'000'000;

/// `Total count`, `TotalCount` and `Total_Count` are one key.
std::string plain_key(std::string_view key) {
  std::string plain;
  for (const char c : key) {
    if (c == ' ' || c == '_') continue;
    plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return plain;
}

}  // namespace

void HgrmParser::fail(std::string_view problem) const {
  throw FormatError(fmt::format("line {}: {}", line_number_, problem));
}

bool HgrmParser::take(std::string_view text, std::size_t line_number, bool terminated) {
  line_number_ = line_number;
  if (text.empty()) return true;
  if (text.starts_with(kCommentStart)) {
    require(text.ends_with(kCommentEnd), "a comment without its closing bracket");
    comment(text.substr(kCommentStart.size(), text.size() - kCommentStart.size() - 1));
    return true;
  }
  if (text.starts_with('#')) return true;
  if (footer_ended_ || (last_row_seen_ && !is_row(text))) return false;
  require(!last_row_seen_, "a row after the last one");
  row(columns_of(text), terminated);
  return true;
}

Columns HgrmParser::columns_of(std::string_view text) const {
  return has_commas_ ? Columns::of_commas(text) : Columns::of_blanks(text);
}

bool HgrmParser::is_row(std::string_view text) const {
  const Columns columns = columns_of(text);
  return (columns.count() == 3 || columns.count() == 4) && number_from_all_of<double>(columns[0]) &&
         number_from_all_of<double>(columns[1]) && number_from_all_of<std::int64_t>(columns[2]);
}

void HgrmParser::row(const Columns& columns, bool terminated) {
  require(columns.count() == 3 || columns.count() == 4, "a row must have 3 or 4 columns");
  const PercentileRow row{non_negative(columns[0]), non_negative(columns[1]), count(columns[2])};
  require(row.percentile <= 1.0, "a percentile above 1");
  last_row_seen_ = stands_for_all(columns);
  if (!terminated) {
    // A count that was cut off would be less than that of the row before.
    const bool whole_count =
        columns.count() == 4 ||
        (!file_.rows.empty() && file_.rows.back().cumulative_count == row.cumulative_count);
    require(last_row_seen_ && whole_count, "cut off inside a row");
  }
  if (!file_.rows.empty()) {
    const PercentileRow& before = file_.rows.back();
    require(row.value >= before.value, "the value decreases");
    require(row.percentile >= before.percentile, "the percentile decreases");
    require(row.cumulative_count >= before.cumulative_count, "the count decreases");
  }
  require(!last_row_seen_ || row.percentile == 1.0, "a last row that is not at 100 %");
  file_.rows.push_back(row);
}

bool HgrmParser::stands_for_all(const Columns& columns) const {
  if (columns.count() == 3) return true;
  const double inverse = inverse_distance(columns[3]);
  return std::isinf(inverse) ||
         (inverse == kInfinityOfGo && number_from_all_of<double>(columns[1]) == 1.0);
}

// 1/(1-percentile): infinite in the last row of some dialects. Go puts a sign before it.
double HgrmParser::inverse_distance(std::string_view text) const {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto number = number_from_all_of<double>(text);
  if (!number || std::isnan(*number) || *number < 0.0) fail("1/(1-percentile) is not a number");
  return *number;
}

double HgrmParser::non_negative(std::string_view text) const {
  const auto number = number_from_all_of<double>(text);
  if (number && std::isfinite(*number) && *number >= 0.0) return *number;
  fail(text.find(',') == std::string_view::npos
           ? "not a number of 0 or more"
           : "numbers with decimal commas; write the file with decimal points");
}

std::int64_t HgrmParser::count(std::string_view text) const {
  // Python writes 40.0000.
  const std::size_t point = std::min(text.find('.'), text.size());
  const auto number = number_from_all_of<std::int64_t>(text.substr(0, point));
  const bool whole = text.find_first_not_of('0', point + 1) == std::string_view::npos;
  if (!number || *number < 0 || (point < text.size() && !whole)) fail("not a count");
  return *number;
}

void HgrmParser::comment(std::string_view body) {
  if (body.starts_with(kJsonKey)) {
    walbench_line(body.substr(kJsonKey.size()));
  } else if (body.starts_with(kHistogramKey)) {
    histogram_line(body.substr(kHistogramKey.size()));
  } else {
    const std::size_t comma = std::min(body.find(','), body.size());
    footer_line(body.substr(0, comma), body.substr(std::min(comma + 1, body.size())));
  }
}

void HgrmParser::walbench_line(std::string_view json) {
  require(!file_.walbench_json, "a second Walbench line");
  require(is_object_on_one_line(json), "Walbench: not a JSON object");
  file_.walbench_json = json;
}

void HgrmParser::histogram_line(std::string_view base64) {
  require(!file_.histogram, "a second Histogram line");
  try {
    file_.histogram = decode_histogram(base64);
  } catch (const FormatError& error) {
    fail(error.what());
  }
}

// Anything else in brackets is a comment.
void HgrmParser::footer_line(std::string_view first, std::string_view second) {
  const std::string_view key = trimmed(first.substr(0, first.find('=')));
  if (key == "Mean") {
    require(!mean_line_seen_, "a second Mean line");
    mean_line_seen_ = true;
    file_.mean = statistic(value_of(first, "Mean"));
    file_.standard_deviation = statistic(value_of(second, "StdDeviation"));
  } else if (key == "Max") {
    require(!footer_total_, "a second Max line");
    file_.max = non_negative(value_of(first, "Max"));
    footer_total_ = count(value_of(second, "Total count"));
  } else if (key == "Buckets") {
    footer_ended_ = true;
  }
}

std::string_view HgrmParser::value_of(std::string_view field, std::string_view key) const {
  const std::size_t equals = field.find('=');
  if (equals == std::string_view::npos || plain_key(field.substr(0, equals)) != plain_key(key)) {
    fail(fmt::format("no field '{}'", key));
  }
  return trimmed(field.substr(equals + 1));
}

// The C library writes nan where there are no samples.
std::optional<double> HgrmParser::statistic(std::string_view text) const {
  const auto number = number_from_all_of<double>(text);
  if (number && std::isnan(*number)) return std::nullopt;
  return non_negative(text);
}

void HgrmParser::check_rows_against_total() const {
  const std::int64_t in_rows = file_.rows.empty() ? 0 : file_.rows.back().cumulative_count;
  require(in_rows <= file_.total_count, "the rows count more samples than the footer");
  const bool must_agree = last_row_seen_ || file_.rows.empty();
  require(!must_agree || in_rows == file_.total_count,
          "the rows count fewer samples than the footer");
}

HgrmFile HgrmParser::finish() && {
  // Java writes no footer behind commas, and no row if there are no samples.
  const bool empty = has_commas_ && file_.rows.empty();
  require(last_row_seen_ || footer_total_ || empty, "the text ends before the row for 100 %");
  file_.total_count =
      footer_total_.value_or(file_.rows.empty() ? 0 : file_.rows.back().cumulative_count);
  check_rows_against_total();
  require(file_.walbench_json.has_value() == file_.histogram.has_value(),
          "the text ends with only one of the Walbench and Histogram lines");
  require(!file_.histogram || file_.histogram->total_count() == file_.total_count,
          "the histogram does not have as many samples as the footer states");
  keep_rows_to_max();
  return std::move(file_);
}

// Rows have the highest value that their histogram cannot tell from theirs; the footer of wrk2 has
// the true maximum, which is less, and no percentile is above it.
void HgrmParser::keep_rows_to_max() {
  if (!file_.max) return;
  for (PercentileRow& row : file_.rows) {
    row.value = std::min(row.value, *file_.max);
  }
}

}  // namespace walbench::metrics
