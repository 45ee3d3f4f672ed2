#pragma once

#include <optional>
#include <string>
#include <vector>

#include "metrics/analysis/bottleneck.hpp"
#include "metrics/analysis/breakdown.hpp"
#include "metrics/analysis/limit_verdicts.hpp"
#include "metrics/result/configuration_result.hpp"
#include "metrics/statistics/busy_timeout.hpp"

namespace walbench::metrics {

/// How much of its ceiling a configuration reached. Above 1 the ceiling moved: no strategy writes
/// faster than the raw loop, so the machine was slower when that was measured.
struct CeilingShare {
  double share = 0;  ///< of the median of the ceiling's rounds
  double low = 0;    ///< of the fastest of them
  double high = 0;   ///< of the slowest

  bool moved() const { return share > 1; }
};

/// The conclusions from the figures of one configuration. A value that owns all it holds.
struct ConfigurationFindings {
  std::optional<Breakdown> breakdown;
  std::optional<WalContention> wal_contention;
  std::optional<Fairness> fairness;
  std::optional<std::string> missing_concurrency;
  std::optional<std::string> loaded;  ///< a sentence if others used the machine meanwhile
  std::optional<double> write_amplification;
  std::optional<CeilingShare> ceiling_share;
  std::vector<LimitVerdict> verdicts;   ///< of each limit that applies to the configuration
  std::vector<TimeoutAdvice> timeouts;  ///< empty if no writer waits inside SQLite, or not known

  bool every_limit_met() const;
};

/// Segments that were not recorded leave out what follows from them. For `asked` see judge().
ConfigurationFindings analyse_configuration(const ConfigurationResult& configuration,
                                            const std::vector<Limit>& asked = {});

}  // namespace walbench::metrics
