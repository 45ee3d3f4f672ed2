#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "metrics/histogram/hgrm.hpp"
#include "metrics/result/result_set.hpp"
#include "metrics/statistics/figure_change.hpp"

namespace walbench::metrics {

/// A percentile of a distribution before and after.
struct PercentileChange {
  double percentile = 0;  ///< 0 to 100; 100 is the maximum
  std::optional<ToldValue> before;
  std::optional<ToldValue> after;
  std::optional<double> ratio;  ///< if both values are exact and above 0
  /// Of the ratio, by how samples vary within each; only of whole histograms.
  std::optional<Change::Interval> interval;
  std::optional<Verdict> verdict;  ///< only of whole histograms
};

/// One distribution, or one tag of a log, before and after.
struct DistributionChange {
  std::string before_name;
  std::string after_name;
  std::string unit;  ///< of both: `ms`, another that files name, or empty
  std::int64_t samples_before = 0;
  std::int64_t samples_after = 0;
  std::optional<double> rate_before;  ///< samples a second, of logs
  std::optional<double> rate_after;
  std::vector<PercentileChange> percentiles;
};

/// What distributions that belong to no run, and interval logs, say of a change.
struct DistributionComparison {
  std::vector<DistributionChange> changes;
  std::vector<std::string> left_out;  ///< a sentence each
};

/// Compares the distributions and logs of two sets: a single one on each side in any case,
/// otherwise those of the same name (a log's tag, a file's name). What has no counterpart, more
/// than one, or one in another unit, is left out. Intervals miss with a chance of 5 %, all of one
/// distribution together.
DistributionComparison compare_distributions(const ResultSet& before, const ResultSet& after,
                                             const std::vector<double>& percentiles);

}  // namespace walbench::metrics
