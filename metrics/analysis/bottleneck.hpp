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

}  // namespace walbench::metrics
