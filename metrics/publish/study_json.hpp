#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "metrics/result/configuration_result.hpp"
#include "metrics/result/mitigation_result.hpp"

namespace walbench::metrics {

// What several measurements say together; pieces of the JSON files.

/// Adds `bottleneck`, `scaling`, `busy_timeout`, `recommendation` and `gate_report`, those that
/// there are.
void add_conclusions(nlohmann::ordered_json& json,
                     const std::vector<ConfigurationResult>& configurations,
                     const std::vector<MitigationResult>& mitigations);

/// By segment, in the shape that the harness before walbench wrote, with what it lacked beside it.
nlohmann::ordered_json comparison_json(const MitigationResult& mitigation);

/// What each repeat came to.
nlohmann::ordered_json repeats_json(const RepeatedResult& result);

nlohmann::ordered_json figures_json(const SegmentFigures& figures);

}  // namespace walbench::metrics
