#pragma once

#include <vector>

#include "metrics/result/result_set.hpp"
#include "tools/document/document.hpp"

namespace walbench::tools {

/// An interval log, a row an interval. Of walbench's own logs fsm_net first, the other segments as
/// details; of other logs every tag. Refers to `log`, which must outlive it.
Section log_section(const metrics::LoadedLog& log);

/// Distributions that belong to no run. Refers to `lone`, which must outlive it.
Section lone_section(const std::vector<metrics::LoneDistribution>& lone);

}  // namespace walbench::tools
