#pragma once

#include <optional>
#include <string>
#include <vector>

#include "metrics/result/configuration_result.hpp"
#include "metrics/result/mitigation_result.hpp"

namespace walbench::metrics {

struct Findings;

/// One of the three criteria for accepting a study.
struct Criterion {
  std::string name;
  bool passed = false;
  std::string evidence;
};

/// The original's gate report: throughput was measured; the bottleneck was identified and a
/// mitigation tested before and after; the thresholds were defined and met. Nothing if the
/// measurements are no study: one of the two thresholds applies to none of them, or there is no
/// mitigation. `findings` are those of the same run; its own gate report is not used.
std::optional<std::vector<Criterion>> judge_study(
    const std::vector<ConfigurationResult>& configurations,
    const std::vector<MitigationResult>& mitigations, const Findings& findings);

}  // namespace walbench::metrics
