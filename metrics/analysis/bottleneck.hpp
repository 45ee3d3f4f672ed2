#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "metrics/result/configuration_result.hpp"

namespace walbench::metrics {

/// An exclusive part of fsm_net, and its share of the fsm_net of all lifecycles that are meant.
struct NetShare {
  std::string part;
  double share = 0;  ///< 0 to 1
};

/// The part of a lifecycle that takes the most time.
struct Bottleneck {
  std::string segment;  ///< of db_total, lock_wait, fsm_dispatch the one with the highest P95
  NetShare root_cause;  ///< the largest part of all lifecycles together
  std::optional<NetShare> tail_cause;  ///< the same of the slowest 1 %; nothing: not known
  std::string evidence;                ///< one sentence
};

/// The bottleneck of one configuration; nothing if it has no samples.
std::optional<Bottleneck> bottleneck_of(const ConfigurationResult& judged);

/// The bottleneck of the configuration with 10 threads and profile zero, or, where the run has
/// none, of its first. Nothing if there are no samples.
std::optional<Bottleneck> find_bottleneck(const std::vector<ConfigurationResult>& configurations);

/// The original's WAL verdict: waiting for the write lock contributes if P95 of lock_wait is more
/// than 5 % of P95 of db_total.
struct WalContention {
  bool contributes = false;
  std::string evidence;  ///< `CONTRIBUTOR: lock_wait P95 is 12.3 % of db_total P95`
};

std::optional<WalContention> judge_wal_contention(const ConfigurationResult& configuration);

/// The segments that every before/after shows.
inline constexpr std::array kComparedSegments = {Segment::db_total, Segment::lock_wait,
                                                 Segment::fsm_dispatch, Segment::fsm_net};

}  // namespace walbench::metrics
