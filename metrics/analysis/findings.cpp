#include "metrics/analysis/findings.hpp"

#include <algorithm>
#include <iterator>

namespace walbench::metrics {

Findings analyse(const std::vector<ConfigurationResult>& configurations,
                 const std::vector<MitigationResult>& mitigations) {
  Findings findings;
  std::ranges::transform(configurations, std::back_inserter(findings.configurations),
                         analyse_configuration);
  std::ranges::transform(mitigations, std::back_inserter(findings.mitigations), analyse_mitigation);
  findings.ranking = rank_mitigations(findings.mitigations);
  findings.bottleneck = find_bottleneck(configurations);
  findings.scaling = analyse_scaling(configurations);
  findings.recommendation = recommend(mitigations, findings.mitigations, findings.ranking);
  findings.busy_timeout = busy_timeout_needed(configurations, mitigations);
  findings.gate_report = judge_study(configurations, mitigations, findings);
  return findings;
}

}  // namespace walbench::metrics
