#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/analysis/configuration_findings.hpp"
#include "metrics/histogram/hgrm.hpp"
#include "metrics/histogram/histogram.hpp"
#include "metrics/result/figure.hpp"
#include "metrics/result/words.hpp"
#include "metrics/statistics/figure_change.hpp"
#include "tools/document/document.hpp"

namespace walbench::tools {

using metrics::kThroughput;

/// Milliseconds with as many digits as tell small ones apart.
std::string format_milliseconds(double ms);
std::string milliseconds_text(double ns);
/// `1.5 s`, `20 ms`.
std::string duration_text(std::int64_t ns);
/// `1 repeat`, `2,000 repeats`.
std::string counted(std::size_t count, std::string_view noun);

// Cells that sort by their value, whatever its unit reads.

Cell milliseconds_cell(double ns);
Cell count_cell(std::int64_t count);
Cell rate_cell(double per_second);
Cell bytes_cell(std::int64_t bytes);
Cell percent_cell(double share);  ///< of 0 to 1

/// `0.75`; above 1 `1.20, it moved`; `-` if there is none.
Cell ceiling_cell(const std::optional<metrics::CeilingShare>& share);

/// `-` if the denominator is 0.
Cell ratio_cell(std::int64_t numerator, std::int64_t denominator);

/// `-` if there is no histogram, or no sample in it; 100 is the maximum.
Cell percentile_cell(const metrics::Histogram* histogram, double percentile);

/// `PASS` or `FAIL`.
Cell verdict_cell(bool passed);

/// P50, P95, P99, P99.9 and the maximum: the percentiles that tables show.
inline constexpr std::array kShownPercentiles = {50.0, 95.0, 99.0, 99.9, 100.0};
/// Percentiles to show instead, each 0 to 100; none: the above.
using Percentiles = std::vector<double>;
Percentiles or_shown(const Percentiles& percentiles);
/// `P99.9`, `max`.
std::string percentile_name(double percentile);
void add_percentiles(const metrics::Histogram* histogram, const Percentiles& percentiles, Row& row);

/// The unit of a file's values, in words if it is not known.
std::string_view unit_or_unknown(const metrics::HgrmFile& file);
/// A value as far as a file tells it, also `1.5 .. 2`; `-` if there is none. `unit`: see HgrmFile.
Cell told_cell(const std::optional<metrics::ToldValue>& told, std::string_view unit);

/// The value of a figure that is a throughput, or else milliseconds.
Cell figure_cell(std::string_view figure, double value);

/// The columns of a figure before and after, and its row.
std::vector<Column> change_columns();
Row change_row(const metrics::FigureChange& figure, const metrics::Words& words);
/// `+12.3 %`, with ` ?` if no difference is shown.
Cell change_cell(const std::vector<metrics::FigureChange>& figures, std::string_view name);

/// `ms`, `B`, `1/s`; empty for counts, shares and words.
std::string_view unit_text(metrics::Unit unit);

/// Columns by their names.
std::vector<Column> columns(std::initializer_list<std::string_view> names);
/// The same with columns of percentiles in between.
std::vector<Column> columns(std::initializer_list<std::string_view> before,
                            const Percentiles& percentiles,
                            std::initializer_list<std::string_view> after);

}  // namespace walbench::tools
