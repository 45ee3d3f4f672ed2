#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/result/configuration_result.hpp"

namespace walbench::metrics {

/// What a part of fsm_net is spent on.
enum class Spent : std::uint8_t { waiting, working, checkpointing, syncing };

std::string_view spent_name(Spent spent);

/// One exclusive part of fsm_net, at the mean.
struct BreakdownPart {
  std::string name;
  Spent spent = Spent::working;
  double mean_ns = 0;
  double share = 0;  ///< of fsm_net, 0 to 1
};

/// Where the mean lifecycle's fsm_net went. The parts exclude each other:
///
///   lock_wait  = queue, busy handler, and the rest: executing the UPDATE, where SQLite
///   takes
///                the lock inside it
///   commit     = checkpoint, sync, and the rest: writing the WAL
///
/// and with fsm_hydrate, fsm_dispatch, statement and other they add up to fsm_net.
struct Breakdown {
  double net_ns = 0;
  std::vector<BreakdownPart> parts;  ///< in the order in which a lifecycle meets them
  double unexplained = 0;            ///< what fsm_net has more than its parts, as a share of it

  double share(Spent spent) const;
};

/// Nothing where the configuration lacks the segments.
std::optional<Breakdown> break_down(const ConfigurationResult& configuration);

/// How evenly the threads got on, and who was left behind.
struct Fairness {
  /// (sum x)^2 / (n sum x^2) over the lifecycles of each thread (Jain, Chiu, Hawe 1984): 1 where
  /// all did as many, 1/n where one did all.
  double jain_index = 1;
  /// Set where one in a hundred waits little for the lock and the unluckiest a multiple of that: a
  /// thread that has just released the lock takes it again, while others starve.
  std::optional<std::string> barging;
};

/// Nothing where lifecycles are not bound to threads.
std::optional<Fairness> judge_fairness(const ConfigurationResult& configuration);

/// Where fewer lifecycles were in flight on average than 90 % of those asked for: what that means.
std::optional<std::string> missing_concurrency(const ConfigurationResult& configuration);

/// Bytes written to the WAL and the database over bytes that the writes changed in rows; nothing
/// where that is not known.
std::optional<double> write_amplification(const ConfigurationResult& configuration);

}  // namespace walbench::metrics
