#pragma once

#include <cstdint>

#include "metrics/histogram/histogram.hpp"
#include "tools/document/report_document.hpp"

namespace walbench::tools {

// Cells that sort by their value, whatever its unit reads.

DocumentCell milliseconds_cell(double ns);
DocumentCell count_cell(std::int64_t count);
DocumentCell rate_cell(double per_second);
DocumentCell bytes_cell(std::int64_t bytes);
DocumentCell percent_cell(double share);  ///< of 0 to 1

/// `-` where the denominator is 0.
DocumentCell ratio_cell(std::int64_t numerator, std::int64_t denominator);

/// `-` where there is no histogram; 100 is the maximum.
DocumentCell percentile_cell(const metrics::Histogram* histogram, double percentile);

}  // namespace walbench::tools
