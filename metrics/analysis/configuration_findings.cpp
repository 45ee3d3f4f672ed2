#include "metrics/analysis/configuration_findings.hpp"

#include <algorithm>

namespace walbench::metrics {

bool ConfigurationFindings::every_limit_met() const {
  return std::ranges::all_of(verdicts, &LimitVerdict::passed);
}

ConfigurationFindings analyse_configuration(const ConfigurationResult& configuration) {
  const bool whole = configuration.missing().empty();
  return {.breakdown = whole ? break_down(configuration) : std::nullopt,
          .wal_contention = whole ? judge_wal_contention(configuration) : std::nullopt,
          .fairness = judge_fairness(configuration),
          .missing_concurrency = missing_concurrency(configuration),
          .write_amplification = write_amplification(configuration),
          .ceiling_share = configuration.ceiling_share(),
          .verdicts = configuration.verdicts,
          .timeouts = configuration.timeout_advice};
}

}  // namespace walbench::metrics
