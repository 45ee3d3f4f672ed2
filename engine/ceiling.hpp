#pragma once

#include <cstdint>
#include <vector>

#include "engine/measurement.hpp"
#include "engine/plan.hpp"
#include "metrics/result/ceiling.hpp"
#include "metrics/result/configuration_result.hpp"

namespace walbench::engine {

/// How many writes a configuration commits together at most: what its ceiling is measured at.
std::int64_t group_size(const ConfigurationPlan& plan);

/// Measures, for each way of checkpointing in the plan, groups of 1, of 256, of each
/// configuration's number of lifecycles in flight, and of its own group size: the median of several
/// rounds in which all take turns, with nothing else at work. Throws RunFailed, RunInterrupted.
std::vector<metrics::CeilingPoint> measure_ceiling(const RunPlan& plan, const RunContext& context);

/// The point that a configuration is held against, or null if it was not measured.
const metrics::CeilingPoint* ceiling_of(const ConfigurationPlan& plan,
                                        const std::vector<metrics::CeilingPoint>& points);

}  // namespace walbench::engine
