#pragma once

#include <cstdint>

namespace walbench::metrics {

/// The slowest 1 % of the lifecycles by fsm_net, at least one: what they took in all, and the sums
/// of their exclusive parts, in nanoseconds.
struct SlowestLifecycles {
  std::int64_t count = 0;  ///< 0: not known
  std::int64_t net_ns = 0;
  std::int64_t lock_wait_ns = 0;
  std::int64_t statement_ns = 0;
  std::int64_t commit_ns = 0;
  std::int64_t hydrate_ns = 0;
  std::int64_t dispatch_ns = 0;
  std::int64_t other_ns = 0;

  bool operator==(const SlowestLifecycles&) const = default;
};

}  // namespace walbench::metrics
