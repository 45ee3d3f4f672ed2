#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "metrics/analysis/findings.hpp"
#include "metrics/result/configuration_result.hpp"
#include "metrics/result/mitigation_result.hpp"
#include "metrics/result/run_result.hpp"

namespace walbench::metrics {

// Pieces of the JSON files that are made of conclusions. They format findings and compute none.

/// A configuration: its facts, the conclusions from them, and the percentiles of its segments.
nlohmann::ordered_json configuration_json(const ConfigurationResult& configuration,
                                          const ConfigurationFindings& findings);

/// Adds `bottleneck`, `scaling`, `busy_timeout`, `recommendation` and `gate_report`, each if there
/// is one.
void add_conclusions(nlohmann::ordered_json& json, const Findings& findings);

/// A mitigation without the configurations of its sides: what it is, whether it gains and what
/// speaks against it, the comparison, and the figures of each repeat.
nlohmann::ordered_json mitigation_json(const MitigationResult& mitigation,
                                       const MitigationFindings& findings);

/// `before`, `after`, `ratio`, `ratio_low`, `ratio_high`, `source` and `verdict`.
nlohmann::ordered_json change_json(const FigureChange& figure);

/// A mitigation, its comparison, both sides and every repeat. `side` writes a configuration.
nlohmann::ordered_json mitigation_json(
    const MitigationResult& mitigation, const MitigationFindings& findings,
    const std::function<nlohmann::ordered_json(const ConfigurationResult&,
                                               const ConfigurationFindings&)>& side);

/// The text of a file; bytes that are no UTF-8 are replaced. An indent of -1 means one line.
std::string json_text(const nlohmann::ordered_json& json, int indent);

/// Measurements that failed: key, phase and sentence of each.
nlohmann::ordered_json failures_json(const std::vector<RunFailure>& failures);

}  // namespace walbench::metrics
