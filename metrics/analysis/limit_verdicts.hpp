#pragma once

#include <optional>
#include <vector>

#include "metrics/result/configuration_result.hpp"
#include "metrics/result/limit.hpp"

namespace walbench::metrics {

/// The verdict of one limit; nothing if it does not concern the configuration: if it is relative,
/// selects others, or bounds a figure that this one does not have.
std::optional<LimitVerdict> judge_limit(const Limit& limit,
                                        const ConfigurationResult& configuration);

/// The verdicts of all limits that concern this configuration. Besides them, a configuration whose
/// threads did not all run at once fails a limit named `concurrency`.
std::vector<LimitVerdict> judge(const ConfigurationResult& configuration,
                                const std::vector<Limit>& limits);

}  // namespace walbench::metrics
