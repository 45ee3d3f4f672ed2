#pragma once

#include <string>

#include "metrics/histogram/hgrm.hpp"
#include "metrics/histogram/histogram.hpp"
#include "metrics/units.hpp"
#include "tools/document/document.hpp"

namespace walbench::tools {

// Percentile curves, of which several pictures are made.

/// A chart without curves yet; values have the unit.
Chart curves_chart(const std::string& value_title, const std::string& unit);

/// A curve in milliseconds; `per_ms` of the histogram's values are one.
Series curve(std::string name, const metrics::Histogram& histogram,
             double per_ms = metrics::kNsPerMs);

/// Through the rows of a file, in its unit.
Series curve(std::string name, const metrics::HgrmFile& file);

}  // namespace walbench::tools
