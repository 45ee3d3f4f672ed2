#pragma once

#include <nlohmann/json.hpp>

#include "metrics/result/environment.hpp"

namespace walbench::metrics {

/// With `digest` before everything else.
nlohmann::ordered_json environment_json(const Environment& environment);

/// What environment_json() wrote, read again. Throws FormatError, which names the field, where it
/// is no such object.
Environment environment_from(const nlohmann::ordered_json& json);

}  // namespace walbench::metrics
