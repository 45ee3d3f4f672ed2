#pragma once

#include <string>
#include <vector>

#include "metrics/analysis/configuration_findings.hpp"
#include "metrics/result/mitigation_result.hpp"
#include "metrics/statistics/figure_change.hpp"

namespace walbench::metrics {

struct Words;

/// An upper limit (95 %) for the chance that a write ends in SQLITE_BUSY, from the waits that came
/// close to it. Without the distribution of waits the longest one alone counts.
double busy_chance(const ConfigurationResult& configuration);

/// Why nobody should be talked into a mitigation whatever it gains, a phrase each: it loses what
/// was acknowledged, misses a limit, comes closer to SQLITE_BUSY than its baseline and than once in
/// 10,000 writes, has P99.9 or a maximum of fsm_net that is shown to be more than 1.25 times its
/// baseline's, or lets some threads starve (Jain's index below 0.8 and below its baseline's).
/// Empty: it is admissible. `changes` are those of `result`.
std::vector<std::string> objections_to(const MitigationResult& result,
                                       const ConfigurationFindings& baseline,
                                       const ConfigurationFindings& mitigation,
                                       const std::vector<FigureChange>& changes);

/// What the slowest users of a mitigation feel, and of its baseline: P99.9 and maximum of fsm_net,
/// and fairness. A phrase; empty if nothing of it is known.
std::string slowest_users(const ConfigurationFindings& baseline,
                          const ConfigurationFindings& mitigation,
                          const std::vector<FigureChange>& changes, const Words& words);

}  // namespace walbench::metrics
