#include "metrics/analysis/findings.hpp"

#include <algorithm>
#include <iterator>

#include "metrics/analysis/wal_reset.hpp"

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
                 const std::vector<MitigationResult>& mitigations, const std::vector<Limit>& asked,
                 bool wal_reset_bug) {
  Findings findings;
  findings.wal_reset = wal_reset_advice(wal_reset_bug, configurations, mitigations);
  for (const ConfigurationResult& each : configurations) {
    findings.configurations.push_back(analyse_configuration(each, asked));
  }
  for (const MitigationResult& each : mitigations) {
    findings.mitigations.push_back(analyse_mitigation(each, asked));
  }
  if (!std::ranges::all_of(configurations, is_whole) ||
      !std::ranges::all_of(mitigations, is_whole_mitigation)) {
    return findings;
  }
  findings.ranking = rank_mitigations(findings.mitigations);
  findings.bottleneck = find_bottleneck(configurations);
  findings.scaling = analyse_scaling(configurations);
  findings.recommendation = recommend(mitigations, findings);
  findings.busy_timeout = answer_busy_timeout(configurations, mitigations);
  findings.gate_report = judge_study(configurations, mitigations, findings);
  return findings;
}

}  // namespace walbench::metrics
