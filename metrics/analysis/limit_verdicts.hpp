#pragma once

#include <optional>
#include <string>
#include <vector>

#include "metrics/result/configuration_result.hpp"
#include "metrics/result/limit.hpp"

namespace walbench::metrics {

/// The verdict of a limit on one configuration.
struct LimitVerdict {
  std::string limit;  ///< its name
  bool passed = false;
  std::string evidence;  ///< a sentence with figures

  bool operator==(const LimitVerdict&) const = default;
};

/// The verdict of one limit; nothing if it does not concern the configuration: if it is relative,
/// selects others, or bounds a figure that this one does not have.
std::optional<LimitVerdict> judge_limit(const Limit& limit,
                                        const ConfigurationResult& configuration);

/// The verdicts of all limits that concern this configuration: the standard ones, those of its
/// plan, and `asked`, which may repeat a planned one. Besides them, a configuration whose threads
/// did not all run at once fails a limit named `concurrency`, and one of which not every file was
/// indexed a limit named `indexed`, and its thresholds.
std::vector<LimitVerdict> judge(const ConfigurationResult& configuration,
                                const std::vector<Limit>& asked = {});

}  // namespace walbench::metrics
