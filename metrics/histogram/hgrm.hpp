#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/histogram/histogram.hpp"

namespace walbench::metrics {

/// One line of a percentile distribution.
struct PercentileRow {
  double value;                   ///< in the file's unit
  double percentile;              ///< 0 to 1
  std::int64_t cumulative_count;  ///< samples up to and including the value
};

/// What a `.hgrm` file says. Values are in the file's unit (milliseconds, in walbench's own files).
struct HgrmFile {
  std::vector<PercentileRow> rows;  ///< no column of it ever decreases
  std::optional<double> mean;       ///< these three: missing where the footer does not say
  std::optional<double> standard_deviation;
  std::optional<double> max;
  std::int64_t total_count = 0;
  std::string unit;  ///< of the rows, where the text tells: `ms` inside a report of wrk2

  // Both or neither: what write_hgrm() adds to the standard text.
  std::optional<std::string> walbench_json;
  std::optional<Histogram> histogram;  ///< in the unit of recording, not in the file's

  /// The value of the first row at or above the percentile `p` (0 to 1), so never an underestimate,
  /// but only as fine as the rows; `histogram` gives exact answers. Past the last row its value; 0
  /// when there are no rows. Throws std::invalid_argument when p is not 0 to 1.
  double value_at_percentile(double p) const;

  /// What every report tells of the file: the percentile (0 to 100; 100 is the maximum, the
  /// footer's where it states one) in `unit_told()`. That is milliseconds where there is a
  /// histogram, whose values are taken for nanoseconds, and else the unit of the rows, as far as it
  /// is known.
  double told_at_percentile(double percentile) const;
  std::string unit_told() const;
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
/// writers produce, as columns or separated by commas; and the report of wrk2 (anything before the
/// header line and after the footer is skipped, as is a missing footer; of its two distributions
/// the first is taken, which is the one corrected for coordinated omission). Throws FormatError,
/// which names the line, when the text is not such a file, contradicts itself, or ends too early.
/// No row is above the maximum that the footer states. A file cut off exactly before our two lines
/// is a whole file of another program: it has no `histogram`. The JSON is handed over as it stands,
/// not parsed.
HgrmFile parse_hgrm(std::string_view text);

/// Whether a line is the one above the rows.
bool is_hgrm_header(std::string_view line);

}  // namespace walbench::metrics
