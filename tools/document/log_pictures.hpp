#pragma once

#include <vector>

#include "metrics/result/result_set.hpp"
#include "tools/document/document.hpp"

namespace walbench::tools {

// Pictures of interval logs and of distributions that belong to no run. They are computed when a
// renderer draws them, so what they are of must outlive them.

/// Samples a second and P99, interval by interval; a view for each stream.
Picture intervals_picture(const std::vector<const metrics::LoadedLog::Stream*>& streams);
/// Percentile curves of a whole log, one for each tag.
Picture totals_picture(const metrics::LoadedLog& log);
/// Percentile curves of distributions; a view for each unit.
Picture lone_picture(const std::vector<metrics::LoneDistribution>& lone);

}  // namespace walbench::tools
