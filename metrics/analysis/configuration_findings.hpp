#pragma once

#include <optional>
#include <string>
#include <vector>

#include "metrics/analysis/bottleneck.hpp"
#include "metrics/analysis/breakdown.hpp"
#include "metrics/analysis/limit_verdicts.hpp"
#include "metrics/result/configuration_result.hpp"

namespace walbench::metrics {

/// The conclusions from the figures of one configuration. A value that owns all it holds.
struct ConfigurationFindings {
  std::optional<Breakdown> breakdown;
  std::optional<WalContention> wal_contention;
  std::optional<Fairness> fairness;
  std::optional<std::string> missing_concurrency;
  std::optional<double> write_amplification;
  std::optional<double> ceiling_share;  ///< 0 to 1 and a little more
  std::vector<LimitVerdict> verdicts;   ///< of each limit that applies to the configuration
  std::vector<TimeoutAdvice> timeouts;  ///< empty if no writer waits inside SQLite

  bool every_limit_met() const;
};

/// Segments that were not recorded leave out what follows from them.
ConfigurationFindings analyse_configuration(const ConfigurationResult& configuration);

}  // namespace walbench::metrics
