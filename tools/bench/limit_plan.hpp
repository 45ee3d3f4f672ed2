#pragma once

#include <vector>

#include "engine/plan.hpp"
#include "metrics/result/limit.hpp"

namespace walbench::tools {

// Both throw std::invalid_argument, with a sentence that names the option.

/// Gives each limit to the measurements that have the figure it bounds; refuses one that bounds
/// nothing.
void set_limits(const std::vector<metrics::Limit>& limits, engine::RunPlan& plan);

/// Refuses a study without the configurations that its criteria are about.
void require_study(const engine::RunPlan& plan);

}  // namespace walbench::tools
