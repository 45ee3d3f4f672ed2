#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "metrics/figure_change.hpp"
#include "metrics/regression_limit.hpp"
#include "metrics/run_match.hpp"

namespace walbench::metrics {

/// One configuration before and after.
struct ConfigurationChange {
  std::string label;  ///< of the one before; with the other's where they are unlike
  ConfigurationPlanned before;
  ConfigurationPlanned after;
  std::size_t runs_before = 0;
  std::size_t runs_after = 0;
  std::vector<FigureChange> figures;  ///< by segment and percentile, then the throughput
  std::vector<std::string> notes;     ///< segments that are on one side alone
};

/// What changed from one set of runs to another. A value.
struct RunComparison {
  std::vector<ConfigurationChange> configurations;
  std::size_t intervals = 0;  ///< how many share kChanceOfAnyMiss (Bonferroni)

  /// The chance that one interval misses.
  double chance_of_miss() const {
    return kChanceOfAnyMiss / static_cast<double>(intervals > 0 ? intervals : 1);
  }
};

/// Compares P50, P95, P99 and P99.9 of every segment that both sides have, the percentiles that
/// limits name besides, and throughput.
RunComparison compare_runs(const RunMatch& match, const std::vector<RegressionLimit>& limits);

}  // namespace walbench::metrics
