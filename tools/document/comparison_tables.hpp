#pragma once

#include <string>
#include <vector>

#include "metrics/comparison/run_comparison.hpp"

namespace walbench::tools {

// A comparison of runs as text. Strings that come from files are made printable.

/// Tables for a terminal, and what their intervals mean.
std::string comparison_table(const metrics::RunMatch& match,
                             const metrics::RunComparison& comparison,
                             const std::vector<metrics::ChangeVerdict>& limits);

/// The same in Markdown.
std::string comparison_markdown(const metrics::RunMatch& match,
                                const metrics::RunComparison& comparison,
                                const std::vector<metrics::ChangeVerdict>& limits);

/// A head line, then a row for each configuration, segment and percentile, and one for each
/// throughput. Without the verdicts on limits, which are no rows of such a table.
std::string comparison_csv(const metrics::RunComparison& comparison);

/// `PASS`, `FAIL` or `UNDECIDED`, the limit and its evidence; a line.
std::string limit_line(const metrics::ChangeVerdict& verdict);

}  // namespace walbench::tools
