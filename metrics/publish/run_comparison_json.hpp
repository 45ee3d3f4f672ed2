#pragma once

#include <string>
#include <vector>

#include "metrics/comparison/run_comparison.hpp"

namespace walbench::metrics {

/// The version of what run_comparison_json() writes: raised when a field changes its meaning or
/// goes away.
inline constexpr int kComparisonSchemaVersion = 1;

/// The comparison as JSON; every field is described in results/README.md. Ends in a line break.
std::string run_comparison_json(const RunMatch& match, const RunComparison& comparison,
                                const std::vector<ChangeVerdict>& limits);

}  // namespace walbench::metrics
