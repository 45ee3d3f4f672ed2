#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/segment.hpp"

namespace walbench::metrics {

struct ConfigurationResult;
struct StreamId;

/// The figure that a limit bounds: a percentile of a segment, or a figure of the configuration.
struct LimitedFigure {
  std::string name;  ///< `lock_wait.p99`, `elapsed`, or any figure of figures.hpp that is a number
  std::optional<Segment> segment;  ///< nothing: the configuration's figure of that name
  double percentile = 0;           ///< of the segment, above 0; 100 is the maximum

  bool operator==(const LimitedFigure&) const = default;
};

/// A bound on a figure, which decides an exit code. Written as FIGURE{DIMENSION=VALUE,...}>BOUND:
///
///     lock_wait.p99{threads=10}>5ms               fails if P99 is longer than 5 ms
///     elapsed{threads=10,profile=zero}>300s       fails if it took longer than 300 s
///     p99>5ms                                     the same as fsm_net.p99>5ms, and as net.p99>5ms
///     transitions_per_second<9000                 fails if there were fewer
///     failed>0.1%                                 a share, in percent
///     transitions_per_second<-5%                  of two measurements: fails if the second is that
///                                                 much slower
///     commit.p99{role=readers}>5ms                of another stream than the main one
struct Limit {
  std::string name;  ///< as the user wrote it, or `threshold_1`
  LimitedFigure figure;
  std::vector<std::pair<std::string, std::string>>
      selector;           ///< dimension and value; all must hold
  bool above = true;      ///< fails above the bound; otherwise below it
  bool relative = false;  ///< the bound is the ratio of the second measurement to the first
  double bound = 0;       ///< nanoseconds for times; otherwise in the figure's own unit

  // What the bound is meant for; other plans scale it: see limit_verdicts.cpp. 0: any.
  std::int64_t for_files = 0;
  std::int64_t for_api_delay_ns = 0;
};

/// Reads a limit. Spaces around its parts are ignored. Throws std::invalid_argument with a sentence
/// about what is wrong.
Limit parse_limit(const std::string& text);

/// The original's thresholds: 818 files at 10 threads within 300 s (threshold_1, profile zero) and
/// within 6 h (threshold_2, profile realistic with 2 s a call).
std::vector<Limit> standard_limits();

/// Whether the configuration has every value of the limit's selector that is not about streams.
bool selects(const Limit& limit, const ConfigurationResult& configuration);

/// Whether the limit is about that stream: it has every value of the selector that is about
/// streams or, if there is none, it is the main one.
bool selects(const Limit& limit, const StreamId& stream, bool is_main);

/// The value that the limit bounds, in its unit; nothing if the configuration has no such figure.
/// If it is about several streams, the value that is closest to failing. Of several measurements
/// pooled in one: the longest `elapsed`, percentiles of all samples, and of whatever else is summed
/// up the mean of one measurement.
std::optional<double> limited_value(const Limit& limit, const ConfigurationResult& configuration);

/// The value as text: `5.3 ms`, `9,000`.
std::string limited_text(const LimitedFigure& figure, double value);

}  // namespace walbench::metrics
