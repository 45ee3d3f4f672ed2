#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/result/configuration_result.hpp"

namespace walbench::metrics {

/// The use of a part of fsm_net.
enum class Spent : std::uint8_t { waiting, working, checkpointing, syncing };

std::string_view spent_name(Spent spent);

/// One exclusive part of fsm_net, at the mean.
struct BreakdownPart {
  std::string name;
  Spent spent = Spent::working;
  double mean_ns = 0;
  double share = 0;  ///< of fsm_net, 0 to 1
};

/// The mean lifecycle's fsm_net, split into parts that exclude each other:
///
///   lock_wait = connection pool + queue + busy handler + lock and update (SQLite takes the lock
///   inside the UPDATE) commit    = checkpoint + sync + commit (writing the WAL)
///
/// and with fsm_hydrate, fsm_dispatch, statement and other they add up to fsm_net.
struct Breakdown {
  double net_ns = 0;
  std::vector<BreakdownPart> parts;  ///< in the order of a lifecycle
  double unexplained = 0;            ///< share of fsm_net that no part accounts for

  double share(Spent spent) const;
};

/// Returns nothing if the configuration lacks fsm_net, lock_wait or commit.
std::optional<Breakdown> break_down(const ConfigurationResult& configuration);

/// How evenly the threads progressed.
struct Fairness {
  /// (sum x)^2 / (n sum x^2) over the lifecycles of each thread (Jain, Chiu, Hawe 1984): 1 if
  /// all did as many, 1/n if one did all.
  double jain_index = 1;
  /// A sentence if the longest lock_wait is at least 10 ms and 100 times its P99: a thread that has
  /// just released the lock takes it again while others starve.
  std::optional<std::string> barging;
};

/// Returns nothing if lifecycles are not bound to threads.
std::optional<Fairness> judge_fairness(const ConfigurationResult& configuration);

/// A warning if on average fewer than 90 % of the requested lifecycles were in flight.
std::optional<std::string> missing_concurrency(const ConfigurationResult& configuration);

/// Bytes written to the WAL and the database over bytes that the writes changed in rows; nothing
/// if the latter are unknown.
std::optional<double> write_amplification(const ConfigurationResult& configuration);

}  // namespace walbench::metrics
