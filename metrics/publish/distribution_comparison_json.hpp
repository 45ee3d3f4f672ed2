#pragma once

#include <string>

#include "metrics/comparison/distribution_comparison.hpp"

namespace walbench::metrics {

/// The comparison as JSON; every field is described in results/README.md. Ends in a line break.
std::string distribution_comparison_json(const DistributionComparison& comparison);

}  // namespace walbench::metrics
