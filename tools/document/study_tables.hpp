#pragma once

#include <string>
#include <vector>

#include "metrics/result/configuration_result.hpp"
#include "metrics/result/mitigation_result.hpp"

namespace walbench::tools {

/// For each mitigation its before/after table, then their ranking and the recommendation; empty
/// where there are none.
std::string render_mitigations(const std::vector<metrics::MitigationResult>& mitigations);

/// The three criteria of a study, each with its evidence; empty where this is no study.
std::string render_gate_report(const std::vector<metrics::ConfigurationResult>& configurations,
                               const std::vector<metrics::MitigationResult>& mitigations);

/// What the machine can do at all, a row a point; empty where that was not measured.
std::string render_ceiling(const std::vector<metrics::CeilingPoint>& points);

/// Everything that a run has to say, as both programs print it: one configuration in full or, of
/// several, a row each (with `details` both), bottleneck, scaling, mitigations, busy_timeout, and
/// the gate report.
std::string render_run(const std::vector<metrics::ConfigurationResult>& configurations,
                       const std::vector<metrics::MitigationResult>& mitigations, bool details);

}  // namespace walbench::tools
