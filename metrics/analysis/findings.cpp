#include "metrics/analysis/findings.hpp"

#include <algorithm>
#include <iterator>

namespace walbench::metrics {
namespace {

bool is_whole(const ConfigurationResult& configuration) {
  return configuration.missing().empty();
}

bool is_whole_mitigation(const MitigationResult& mitigation) {
  return is_whole(mitigation.baseline.pooled) && is_whole(mitigation.mitigation.pooled);
}

}  // namespace

Findings analyse(const std::vector<ConfigurationResult>& configurations,
                 const std::vector<MitigationResult>& mitigations) {
  Findings findings;
  std::ranges::transform(configurations, std::back_inserter(findings.configurations),
                         analyse_configuration);
  std::ranges::transform(mitigations, std::back_inserter(findings.mitigations), analyse_mitigation);
  if (!std::ranges::all_of(configurations, is_whole) ||
      !std::ranges::all_of(mitigations, is_whole_mitigation)) {
    return findings;
  }
  findings.ranking = rank_mitigations(findings.mitigations);
  findings.bottleneck = find_bottleneck(configurations);
  findings.scaling = analyse_scaling(configurations);
  findings.recommendation = recommend(mitigations, findings.mitigations, findings.ranking);
  findings.busy_timeout = busy_timeout_needed(configurations, mitigations);
  findings.gate_report = judge_study(configurations, mitigations, findings);
  return findings;
}

}  // namespace walbench::metrics
