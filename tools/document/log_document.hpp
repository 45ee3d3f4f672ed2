#pragma once

#include <vector>

#include "metrics/result/result_set.hpp"
#include "tools/document/cells.hpp"
#include "tools/document/document.hpp"

namespace walbench::tools {

/// An interval log: a table of the whole, a row a tag, then its intervals, a row each. Of
/// walbench's own logs the intervals of fsm_net first, those of other segments as details; of other
/// logs those of every tag. Refers to `log`, which must outlive it.
Section log_section(const metrics::LoadedLog& log, const Percentiles& percentiles);

/// Distributions that belong to no run. Refers to `lone`, which must outlive it.
Section lone_section(const std::vector<metrics::LoneDistribution>& lone,
                     const Percentiles& percentiles);

}  // namespace walbench::tools
