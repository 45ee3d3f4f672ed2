#pragma once

#include "metrics/comparison/distribution_comparison.hpp"
#include "tools/document/document.hpp"

namespace walbench::tools {

/// What changed between distributions that belong to no run, or logs: a table for each pair.
Document distributions_document(const metrics::DistributionComparison& comparison);

/// The same as one table, a row a percentile, as CSV has it.
Table distribution_changes(const metrics::DistributionComparison& comparison);

}  // namespace walbench::tools
