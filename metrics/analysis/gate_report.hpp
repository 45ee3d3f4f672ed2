#pragma once

#include <optional>
#include <string>
#include <vector>

#include "metrics/result/configuration_result.hpp"
#include "metrics/result/mitigation_result.hpp"

namespace walbench::metrics {

/// One of the three criteria that a study is accepted by.
struct Criterion {
  std::string name;
  bool passed = false;
  std::string evidence;
};

/// Whether throughput was measured; whether the bottleneck was identified and a mitigation tested
/// before and after; whether the thresholds were defined and met. Nothing where the measurements
/// are no study: one of the two thresholds concerns none of them, or there is no mitigation.
std::optional<std::vector<Criterion>> gate_report(
    const std::vector<ConfigurationResult>& configurations,
    const std::vector<MitigationResult>& mitigations);

}  // namespace walbench::metrics
