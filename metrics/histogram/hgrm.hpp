#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/histogram/histogram.hpp"
#include "metrics/histogram/value_unit.hpp"

namespace walbench::metrics {

/// One line of a percentile distribution.
struct PercentileRow {
  double value;                   ///< in the file's unit
  double percentile;              ///< 0 to 1
  std::int64_t cumulative_count;  ///< samples up to and including the value
};

/// A value as far as a file tells it.
struct ToldValue {
  double value = 0;  ///< the value, or the least that it is known not to exceed
  std::optional<double> above =
      {};  ///< the largest that it is known to exceed; nothing: it is `value`
  bool operator==(const ToldValue&) const = default;
};

/// A percentile that stands in the file by itself, as in wrk2's report.
struct StatedPercentile {
  double percentile;  ///< 0 to 100
  double value;       ///< in the file's unit
};

/// What a `.hgrm` file says of one distribution. Values are in the file's unit (milliseconds, in
/// walbench's own files).
struct HgrmFile {
  std::vector<PercentileRow> rows;  ///< no column of it ever decreases
  std::optional<double> mean;       ///< these three: missing where the footer does not say
  std::optional<double> standard_deviation;
  std::optional<double> max;
  std::int64_t total_count = 0;
  std::string unit;     ///< of the values, as the text names it; empty if it names none
  std::string heading;  ///< what the text calls the distribution; empty if it has no name
  std::vector<StatedPercentile> stated;

  // Both or neither: what write_hgrm() adds to the standard text.
  std::optional<std::string> walbench_json;
  std::optional<Histogram> histogram;  ///< in the unit of recording, not in the file's

  /// The percentile (0 to 100; 100 is the maximum, the footer's where it states one) in `unit`;
  /// nothing if there are no samples. From the histogram, whose values are taken for nanoseconds,
  /// in milliseconds; else as the file states it; else from its rows: the first one whose count
  /// reaches the percentile's rank. That row is exact if it counts no sample more; otherwise the
  /// value lies above that of the row before. (The percentile column has the level that the writer
  /// had reached, which lies up to a step above.) Throws std::invalid_argument if p is not 0 to
  /// 100.
  std::optional<ToldValue> value_at_percentile(double p) const;

  /// Where the text names no unit, `assumed` is its unit. A unit of time becomes `ms`, and all
  /// values with it.
  void tell_in_milliseconds(std::optional<ValueUnit> assumed);
};

/// A `.hgrm` text: the percentile distribution that HdrHistogram's plotters read, with 5 steps per
/// halving of the distance to 100 % and as many decimals as the histogram has significant digits,
/// then its footer, and below that two lines which other programs skip as comments:
///
///   #[Walbench = {json}]
///   #[Histogram = HISTFAAA...]      the whole histogram, see encode_histogram()
///
/// Values are divided by `value_scale` (1e6 turns nanoseconds into milliseconds). Throws
/// std::invalid_argument when the scale is not a positive number, when `walbench_json` is not an
/// object in braces on one line, or when the histogram cannot be encoded.
std::string write_hgrm(const Histogram& histogram, double value_scale,
                       std::string_view walbench_json);

/// Reads the whole text of a `.hgrm` file: our own, and what the Java, C, JS, Go and similar
/// writers produce, as columns or separated by commas, with or without a footer; the report of
/// wrk2, and several of all these one behind the other. Text before a header line and after a whole
/// distribution is skipped, but names the distribution that follows. Never empty. Throws
/// FormatError, which names the line, when the text is not such a file, contradicts itself, or ends
/// too early.
/// No row is above the maximum that its footer states. A file cut off exactly before our two lines
/// is a whole file of another program: it has no `histogram`. The JSON is handed over as it stands,
/// not parsed.
std::vector<HgrmFile> parse_distributions(std::string_view text);

/// The same for a file that must hold one distribution; FormatError if it holds more.
HgrmFile parse_hgrm(std::string_view text);

/// Whether a line is the one above the rows.
bool is_hgrm_header(std::string_view line);

}  // namespace walbench::metrics
