#pragma once

#include <nlohmann/json.hpp>

#include "metrics/result/configuration_result.hpp"

namespace walbench::metrics {

/// Adds all that was measured of a configuration but its segments.
void write_facts(const ConfigurationResult& configuration, nlohmann::ordered_json& json);

/// Adds what was planned of a configuration that has no result.
void write_plan(const ConfigurationPlanned& planned, nlohmann::ordered_json& json);
/// Reads it again. Throws FormatError.
ConfigurationPlanned read_plan(const nlohmann::ordered_json& json);

/// Reads what write_facts() wrote. Throws FormatError, which names the field, where one is missing,
/// of another kind or out of its range.
ConfigurationResult read_facts(const nlohmann::ordered_json& json);

}  // namespace walbench::metrics
