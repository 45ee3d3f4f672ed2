#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "metrics/analysis/findings.hpp"
#include "metrics/result/configuration_result.hpp"
#include "metrics/result/mitigation_result.hpp"

namespace walbench::metrics {

// Pieces of the JSON files that are made of conclusions. They format findings and compute none.

/// A configuration: its facts, the conclusions from them, and the percentiles of its segments.
nlohmann::ordered_json configuration_json(const ConfigurationResult& configuration,
                                          const ConfigurationFindings& findings);

/// Adds `bottleneck`, `scaling`, `busy_timeout`, `recommendation` and `gate_report`, each if there
/// is one.
void add_conclusions(nlohmann::ordered_json& json, const Findings& findings);

/// `before`, `after`, `ratio`, `ratio_low`, `ratio_high`, `source` and `verdict`.
nlohmann::ordered_json change_json(const FigureChange& figure);

/// By segment, with the fields of the harness before walbench and the change of each statistic.
nlohmann::ordered_json comparison_json(const std::vector<FigureChange>& changes);

/// The figures of each repeat.
nlohmann::ordered_json repeats_json(const RepeatedResult& result);

nlohmann::ordered_json figures_json(const SegmentFigures& figures);

}  // namespace walbench::metrics
