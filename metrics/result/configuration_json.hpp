#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>

#include "metrics/result/ceiling.hpp"
#include "metrics/result/configuration_result.hpp"

namespace walbench::metrics {

// Pieces that several of the files in results/ are made of.

/// Everything about a configuration but its segments.
nlohmann::ordered_json configuration_json(const ConfigurationResult& configuration);

/// The percentiles of its segments.
nlohmann::ordered_json segments_json(const ConfigurationResult& configuration);

/// The five axes of a strategy.
nlohmann::ordered_json axes_json(const ConfigurationPlanned& planned);

nlohmann::ordered_json ceiling_json(const CeilingPoint& point);

/// Nanoseconds as seconds.
double seconds_of(std::int64_t ns);

}  // namespace walbench::metrics
