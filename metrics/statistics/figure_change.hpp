#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/segment.hpp"
#include "metrics/statistics/statistics.hpp"

namespace walbench::metrics {

/// The name of the figure that is no segment's.
inline constexpr std::string_view kThroughput = "transitions/s";

/// The data that an interval is computed from.
enum class IntervalSource : std::uint8_t {
  pairs,      ///< measurements made in turn: Student's t over the logarithms of their ratios
  repeats,    ///< how runs differ: Welch's t over the logarithms of each run's figure
  bootstrap,  ///< how samples differ within the runs: see histogram_bootstrap.hpp
};

/// The conclusion about a figure before and after.
enum class Verdict : std::uint8_t {
  better,
  worse,
  not_told_apart,
  too_few_samples,  ///< for a percentile so far out: it is the largest sample, or might be
  too_few_runs,     ///< for an interval over runs or pairs
};

/// `better`, `cannot tell apart`, ... as tables and files have it.
std::string_view verdict_name(Verdict verdict);
/// `pairs`, `repeats` or `bootstrap`.
std::string_view source_name(IntervalSource source);

/// One figure before and after a change. A value.
struct FigureChange {
  std::optional<Segment> segment;  ///< nothing: transitions per second
  double percentile = 0;           ///< of the segment; 100 is the maximum
  std::string stream = {};         ///< of which the segment is; empty: the main one
  /// Milliseconds, or transitions per second. With pairs the medians of each side, with repeats the
  /// geometric means of the runs, otherwise the figure of all samples together.
  double before = 0;
  double after = 0;
  Change change = {};  ///< values below 1 ns count as 1 ns
  IntervalSource source = IntervalSource::bootstrap;
  Verdict verdict = Verdict::not_told_apart;

  /// `lock_wait P99`, `readers.commit max` or `transitions/s`.
  std::string name() const;
};

/// The figure of that name, or null.
const FigureChange* find_change(const std::vector<FigureChange>& changes, std::string_view name);

/// The verdict that follows from the interval; `without_interval` if there is none. A smaller
/// latency is better, and a larger throughput.
Verdict verdict_of(const FigureChange& figure, Verdict without_interval);

}  // namespace walbench::metrics
