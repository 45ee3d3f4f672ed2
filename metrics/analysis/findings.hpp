#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "metrics/analysis/bottleneck.hpp"
#include "metrics/analysis/busy_timeout_answer.hpp"
#include "metrics/analysis/configuration_findings.hpp"
#include "metrics/analysis/gate_report.hpp"
#include "metrics/analysis/mitigation_analysis.hpp"
#include "metrics/analysis/recommendation.hpp"
#include "metrics/analysis/scaling.hpp"
#include "metrics/result/configuration_result.hpp"
#include "metrics/result/environment.hpp"
#include "metrics/result/mitigation_result.hpp"

namespace walbench::metrics {

/// Everything that follows from the figures of one run. A value that owns all it holds; terminal,
/// documents, JSON and exit code take it and compute nothing themselves.
struct Findings {
  std::vector<ConfigurationFindings> configurations;  ///< by the index of the configuration
  std::vector<MitigationFindings> mitigations;        ///< by the index of the mitigation
  /// Indices of the mitigations that could be compared, the largest gain of throughput first.
  std::vector<std::size_t> ranking;
  std::optional<Bottleneck> bottleneck;
  std::vector<Scaling> scaling;
  std::optional<std::string> wal_reset;  ///< see wal_reset_advice()
  std::optional<Recommendation> recommendation;
  std::optional<BusyTimeoutAnswer> busy_timeout;
  std::optional<std::vector<Criterion>> gate_report;  ///< of a study alone
};

/// Analyses a run once. While published distributions are missing, nothing is concluded that would
/// take several of them, or of the run's configurations, together. `asked` are limits that it is
/// judged by besides the standard ones and those of its plan; `wal_reset_bug`: the SQLite that was
/// loaded has that bug.
Findings analyse(const std::vector<ConfigurationResult>& configurations,
                 const std::vector<MitigationResult>& mitigations,
                 const std::vector<Limit>& asked = {}, bool wal_reset_bug = false);

inline bool has_wal_reset_bug(const std::optional<Environment>& environment) {
  return environment && environment->sqlite_wal_reset_bug;
}

/// The same for a RunResult or a LoadedRun.
template <typename Run>
Findings analyse(const Run& run, const std::vector<Limit>& asked = {}) {
  return analyse(run.configurations, run.mitigations, asked, has_wal_reset_bug(run.environment));
}

/// The findings of each run, by index.
template <typename Run>
std::vector<Findings> analyse_each(const std::vector<Run>& runs,
                                   const std::vector<Limit>& asked = {}) {
  std::vector<Findings> all;
  all.reserve(runs.size());
  for (const Run& run : runs) {
    all.push_back(analyse(run, asked));
  }
  return all;
}

}  // namespace walbench::metrics
