#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "metrics/comparison/run_match.hpp"
#include "metrics/histogram/histogram.hpp"
#include "metrics/segment.hpp"
#include "metrics/statistics/figure_change.hpp"

namespace walbench::metrics {

/// With so many runs on both sides intervals come from how runs differ.
inline constexpr std::size_t kRunsForRepeats = 3;
/// The chance that any of a comparison's intervals misses.
inline constexpr double kChanceOfAnyMiss = 0.05;

/// The samples of one segment of one stream on both sides, run by run. Points to histograms that
/// others own.
struct SegmentRuns {
  std::string stream;  ///< its name; empty: the main one
  Segment segment = Segment::fsm_net;
  std::vector<const Histogram*> before;  ///< none of them empty; at least one, here and below
  std::vector<const Histogram*> after;

  /// True if intervals come from repeats.
  bool repeated() const;

  /// True if the percentile (above 0, below 100) can have an interval at all. That depends on
  /// how many samples there are alone, not on what they are, so percentiles without an interval
  /// need no share of the chance of a miss.
  bool has_enough_for(double percentile) const;
};

/// True if the throughput has an interval, which then comes from repeats.
bool repeated(const MatchedRuns& runs);

/// The percentiles before and after, in that order; each interval misses with `chance_of_miss`.
/// Adds to `notes` what of the samples could not be used.
std::vector<FigureChange> segment_changes(const SegmentRuns& runs,
                                          const std::vector<double>& percentiles,
                                          double chance_of_miss, std::vector<std::string>& notes);

/// Transitions per second before and after. Requires: they are above 0 in every run.
FigureChange throughput_change(const MatchedRuns& runs, double chance_of_miss);

}  // namespace walbench::metrics
