#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <system_error>
#include <utility>

#include "metrics/files/text_file.hpp"
#include "metrics/format_error.hpp"
#include "metrics/histogram/hgrm.hpp"
#include "metrics/histogram/hgrm_text.hpp"
#include "metrics/histogram/histogram_codec.hpp"

namespace walbench::metrics {
namespace {

using namespace hgrm_text;

constexpr std::string_view kWrk2Heading = "Detailed Percentile spectrum:";
constexpr std::string_view kWrk2Rule = "----";

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

// The columns of a line; at most one more than a file of this format has.
struct Columns {
  static Columns of_blanks(std::string_view line) {
    Columns columns;
    for (line = trimmed(line); !line.empty() && columns.has_room(); line = trimmed(line)) {
      const auto end = std::find_if(line.begin(), line.end(), is_blank);
      columns.add(line.substr(0, static_cast<std::size_t>(end - line.begin())));
      line.remove_prefix(columns.cells.at(columns.count - 1).size());
    }
    return columns;
  }
  static Columns of_commas(std::string_view line) {
    Columns columns;
    for (bool more = true; more && columns.has_room();) {
      const std::size_t comma = std::min(line.find(','), line.size());
      columns.add(unquoted(trimmed(line.substr(0, comma))));
      more = comma < line.size();
      line.remove_prefix(more ? comma + 1 : comma);
    }
    return columns;
  }
  bool is_header() const {
    return count == kHeaderColumns.size() &&
           std::equal(kHeaderColumns.begin(), kHeaderColumns.end(), cells.begin());
  }

  std::array<std::string_view, 5> cells;
  std::size_t count = 0;

 private:
  static std::string_view unquoted(std::string_view cell) {
    const bool quoted = cell.size() >= 2 && cell.starts_with('"') && cell.ends_with('"');
    return quoted ? cell.substr(1, cell.size() - 2) : cell;
  }
  bool has_room() const { return count < cells.size(); }
  void add(std::string_view cell) { cells.at(count++) = cell; }
};

template <typename Number>
std::optional<Number> number_from_all_of(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Takes lines one by one and knows, at the end, whether they were a whole file.
class HgrmParser {
 public:
  // `terminated`: a line break followed, so the line cannot have been cut off.
  void line(std::string_view text, bool terminated);
  HgrmFile finish() &&;

 private:
  [[noreturn]] void fail(std::string_view problem) const {
    throw FormatError(fmt::format("line {}: {}", line_number_, problem));
  }
  void require(bool condition, std::string_view problem) const {
    if (!condition) fail(problem);
  }

  bool is_header(std::string_view text);
  void row(const Columns& columns);
  double inverse_distance(std::string_view text) const;
  double non_negative(std::string_view text) const;
  std::int64_t count(std::string_view text) const;

  void comment(std::string_view body);
  void walbench_line(std::string_view json);
  void histogram_line(std::string_view base64);
  void footer_line(std::string_view first, std::string_view second);
  std::string_view value_of(std::string_view field, std::string_view key) const;
  std::optional<double> statistic(std::string_view text) const;
  void check_rows_against_total() const;
  void keep_rows_to_max();

  HgrmFile file_;
  std::optional<std::int64_t> footer_total_;
  std::size_t line_number_ = 0;
  bool header_seen_ = false;
  bool has_commas_ = false;
  bool last_row_seen_ = false;  // the row that stands for all samples
  bool mean_line_seen_ = false;
  bool footer_ended_ = false;
  bool second_spectrum_ = false;  // wrk2's uncorrected one, and all that follows
};

void HgrmParser::line(std::string_view text, bool terminated) {
  ++line_number_;
  text = trimmed(text);
  if (text == kWrk2Heading) {
    second_spectrum_ = header_seen_;
    file_.unit = "ms";
  }
  if (second_spectrum_) return;
  if (is_header(text)) {
    require(!header_seen_, "a second header line");
    header_seen_ = true;
  } else if (!header_seen_ || text.empty()) {
    return;
  } else if (text.starts_with(kCommentStart)) {
    require(text.ends_with(kCommentEnd), "a comment without its closing bracket");
    comment(text.substr(kCommentStart.size(), text.size() - kCommentStart.size() - 1));
  } else if (last_row_seen_ && text.starts_with(kWrk2Rule)) {
    footer_ended_ = true;
  } else if (!text.starts_with('#') && !footer_ended_) {
    // Without a line break, a last digit more or less would go unnoticed.
    require(terminated, "cut off inside a row");
    row(has_commas_ ? Columns::of_commas(text) : Columns::of_blanks(text));
  }
}

bool HgrmParser::is_header(std::string_view text) {
  if (Columns::of_blanks(text).is_header()) return true;
  const bool with_commas = Columns::of_commas(text).is_header();
  has_commas_ = has_commas_ || with_commas;
  return with_commas;
}

void HgrmParser::row(const Columns& columns) {
  require(!last_row_seen_, "a row after the last one");
  require(columns.count == 3 || columns.count == 4, "a row must have 3 or 4 columns");
  const PercentileRow row{non_negative(columns.cells[0]), non_negative(columns.cells[1]),
                          count(columns.cells[2])};
  require(row.percentile <= 1.0, "a percentile above 1");
  if (!file_.rows.empty()) {
    const PercentileRow& before = file_.rows.back();
    require(row.value >= before.value, "the value decreases");
    require(row.percentile >= before.percentile, "the percentile decreases");
    require(row.cumulative_count >= before.cumulative_count, "the count decreases");
  }
  last_row_seen_ = columns.count == 3 || std::isinf(inverse_distance(columns.cells[3]));
  require(!last_row_seen_ || row.percentile == 1.0, "a last row that is not at 100 %");
  file_.rows.push_back(row);
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
  if (!number || !std::isfinite(*number) || *number < 0.0) fail("not a number of 0 or more");
  return *number;
}

std::int64_t HgrmParser::count(std::string_view text) const {
  const auto number = number_from_all_of<std::int64_t>(text);
  if (!number || *number < 0) fail("not a count");
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
  if (equals == std::string_view::npos || trimmed(field.substr(0, equals)) != key) {
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
  if (!header_seen_) {
    throw FormatError("is no .hgrm file: there is no header line of a percentile distribution");
  }
  require(last_row_seen_ || footer_total_, "the text ends before the row for 100 %");
  file_.total_count = footer_total_ ? *footer_total_ : file_.rows.back().cumulative_count;
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

}  // namespace

HgrmFile parse_hgrm(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (text.empty()) throw FormatError("is empty");
  HgrmParser parser;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const bool terminated = end != std::string_view::npos;
    parser.line(text.substr(0, end), terminated);
    text.remove_prefix(terminated ? end + 1 : text.size());
  }
  return std::move(parser).finish();
}

bool is_hgrm_header(std::string_view line) {
  return Columns::of_blanks(line).is_header() || Columns::of_commas(trimmed(line)).is_header();
}

}  // namespace walbench::metrics
