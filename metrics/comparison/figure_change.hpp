#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/comparison/run_match.hpp"
#include "metrics/histogram/histogram.hpp"
#include "metrics/segment.hpp"
#include "metrics/statistics/statistics.hpp"

namespace walbench::metrics {

/// With so many runs on both sides intervals come from how runs differ.
inline constexpr std::size_t kRunsForRepeats = 3;
/// The chance that any of a comparison's intervals misses.
inline constexpr double kChanceOfAnyMiss = 0.05;

/// What intervals come from.
enum class IntervalSource : std::uint8_t {
  repeats,    ///< how runs differ: Welch's t over the logarithms of each run's figure
  bootstrap,  ///< how samples differ within the runs: see histogram_bootstrap.hpp
};

/// What can be said of a figure before and after.
enum class Verdict : std::uint8_t {
  better,
  worse,
  not_told_apart,
  too_few_samples,  ///< for a percentile so far out: it is but the largest sample, or might be
  too_few_runs,     ///< of a throughput, of which a run has but one
};

/// `better`, `cannot tell apart`, ... as tables and files have it.
std::string_view verdict_name(Verdict verdict);
/// `repeats` or `bootstrap`.
std::string_view source_name(IntervalSource source);

/// One figure before and after.
struct FigureChange {
  std::optional<Segment> segment;  ///< nothing: transitions per second
  double percentile = 0;           ///< of the segment
  double before = 0;               ///< ms, or transitions per second: with repeats the geometric
  double after = 0;                ///< mean of the runs', otherwise of all their samples at once
  Change change;                   ///< values below 1 ns count as 1 ns
  IntervalSource source = IntervalSource::bootstrap;
  Verdict verdict = Verdict::not_told_apart;

  /// `lock_wait P99`, or `transitions/s`.
  std::string name() const;
};

/// The samples of one segment on both sides, run by run. Points to histograms that others own.
struct SegmentRuns {
  Segment segment = Segment::fsm_net;
  std::vector<const Histogram*> before;  ///< none of them empty; at least one, here and below
  std::vector<const Histogram*> after;

  /// Whether intervals come from repeats.
  bool repeated() const;

  /// Whether an interval of the percentile (above 0, below 100) can be had at all. It depends on
  /// how many samples there are alone, not on what they are, so percentiles without an interval
  /// need no share of the chance of a miss.
  bool has_enough_for(double percentile) const;
};

/// Whether a throughput has an interval, and from repeats.
bool repeated(const MatchedRuns& runs);

/// The percentiles before and after, in that order; each interval misses with `chance_of_miss`.
/// Adds to `notes` what of the samples could not be used.
std::vector<FigureChange> segment_changes(const SegmentRuns& runs,
                                          const std::vector<double>& percentiles,
                                          double chance_of_miss, std::vector<std::string>& notes);

/// Transitions per second before and after. Requires: they are above 0 in every run.
FigureChange throughput_change(const MatchedRuns& runs, double chance_of_miss);

}  // namespace walbench::metrics
