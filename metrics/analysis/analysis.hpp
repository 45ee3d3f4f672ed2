#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "metrics/result/configuration_result.hpp"

namespace walbench::metrics {

/// Where the time goes, and the figures that say so.
struct Bottleneck {
  std::string segment;     ///< of db_total, lock_wait, fsm_dispatch the one with the highest P95
  std::string root_cause;  ///< the exclusive part of fsm_net with the highest P95
  std::string evidence;    ///< one sentence
};

/// The bottleneck of one configuration. Nothing where it has no samples.
std::optional<Bottleneck> bottleneck_of(const ConfigurationResult& judged);

/// The bottleneck of the configuration with 10 threads and profile zero, or, where the run has
/// none, of its first. Nothing where there are no samples.
std::optional<Bottleneck> find_bottleneck(const std::vector<ConfigurationResult>& configurations);

/// Whether waiting for the write lock contributes: P95 of lock_wait above 5 % of P95 of db_total.
struct WalContention {
  bool contributes = false;
  std::string evidence;  ///< `CONTRIBUTOR: lock_wait P95 is 12.3 % of db_total P95`
};

std::optional<WalContention> judge_wal_contention(const ConfigurationResult& configuration);

/// The segments that every before/after shows.
inline constexpr std::array kComparedSegments = {Segment::db_total, Segment::lock_wait,
                                                 Segment::fsm_dispatch, Segment::fsm_net};

/// `c=10 zero per-file`.
std::string configuration_label(const ConfigurationPlanned& planned);

/// One row of a before/after table, in milliseconds and percent of the value before.
struct ComparisonRow {
  Segment segment;
  std::string statistic;  ///< `P95`, `P99`, `max`
  double before_ms = 0;
  double after_ms = 0;

  double delta_ms() const { return after_ms - before_ms; }
  /// NaN where there was nothing before.
  double delta_percent() const;
};

/// A mitigation beside the baseline it was measured against.
struct Comparison {
  const ConfigurationResult* baseline;
  const ConfigurationResult* mitigation;
  std::vector<ComparisonRow> rows;
};

/// Why these two cannot be compared: the first plan field, other than the strategy, in which they
/// differ. Nothing where they can.
std::optional<std::string> plan_difference(const ConfigurationResult& one,
                                           const ConfigurationResult& other);

/// P95, P99 and max of db_total, lock_wait, fsm_dispatch and fsm_net before and after. The result
/// points into its arguments.
Comparison compare(const ConfigurationResult& baseline, const ConfigurationResult& mitigation);

}  // namespace walbench::metrics
