#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "metrics/comparison/limit_change.hpp"
#include "metrics/comparison/run_changes.hpp"
#include "metrics/comparison/run_match.hpp"

namespace walbench::metrics {

/// A stream of either side.
struct ComparedStream {
  std::string name;  ///< empty: the main one
  StreamId id;
};

/// One configuration before and after.
struct ConfigurationChange {
  std::string label;  ///< of the one before; with the other's if they differ
  ConfigurationPlanned before;
  ConfigurationPlanned after;
  SettingsReadBack settings;  ///< of the one after
  std::size_t runs_before = 0;
  std::size_t runs_after = 0;
  std::size_t failed_before = 0;  ///< further runs, without a result
  std::size_t failed_after = 0;
  std::vector<std::string> failures;    ///< a sentence for each side on which runs failed
  std::vector<ComparedStream> streams;  ///< the main one first
  std::vector<FigureChange> figures;    ///< by stream, segment and percentile; then the throughput
  std::vector<FigureChange> limited;    ///< those that limits concern: see RunComparison
  std::vector<std::string> notes;       ///< segments that are on one side alone
};

/// The changes from one set of runs to another. A value.
///
/// Intervals form two families; all of a family hold together with a chance of 1 -
/// kChanceOfAnyMiss. One family is all figures, for readers who look for changes. The other is the
/// figures that limits refer to, chosen before anything was measured: figures that only fill the
/// table must not make a limit blind.
struct RunComparison {
  std::vector<ConfigurationChange> configurations;
  std::size_t intervals = 0;          ///< how many share kChanceOfAnyMiss (Bonferroni)
  std::size_t limited_intervals = 0;  ///< likewise, among those that limits concern

  /// The chance that one interval misses.
  double chance_of_miss() const { return share_of(intervals); }
  /// The same for one that a limit concerns.
  double limited_chance_of_miss() const { return share_of(limited_intervals); }

 private:
  static double share_of(std::size_t count) {
    return kChanceOfAnyMiss / static_cast<double>(count > 0 ? count : 1);
  }
};

/// Compares P50, P95, P99 and P99.9 of every segment that both sides have, the percentiles that
/// limits name besides, and throughput; and a second time the figures that limits refer to.
RunComparison compare_runs(const RunMatch& match, const std::vector<Limit>& limits);

}  // namespace walbench::metrics
