#pragma once

#include <array>
#include <cstdint>

#include "metrics/segment.hpp"

namespace walbench::metrics {

/// The slowest 1 % of the lifecycles by fsm_net, at least one: what they took in all, and the sums
/// of their exclusive parts, in nanoseconds.
struct SlowestLifecycles {
  std::int64_t count = 0;  ///< 0: not known
  std::int64_t net_ns = 0;
  std::int64_t read_ns = 0;
  std::int64_t lock_wait_ns = 0;
  std::int64_t statement_ns = 0;
  std::int64_t commit_ns = 0;
  std::int64_t hydrate_ns = 0;
  std::int64_t dispatch_ns = 0;
  std::int64_t other_ns = 0;

  bool operator==(const SlowestLifecycles&) const = default;
};

/// An exclusive part of fsm_net, and its sum over the slowest.
struct SlowestPart {
  Segment segment;
  std::int64_t SlowestLifecycles::*sum_ns;
};

inline constexpr std::array<SlowestPart, 7> kSlowestParts = {{
    {Segment::read, &SlowestLifecycles::read_ns},
    {Segment::lock_wait, &SlowestLifecycles::lock_wait_ns},
    {Segment::statement, &SlowestLifecycles::statement_ns},
    {Segment::commit, &SlowestLifecycles::commit_ns},
    {Segment::fsm_hydrate, &SlowestLifecycles::hydrate_ns},
    {Segment::fsm_dispatch, &SlowestLifecycles::dispatch_ns},
    {Segment::other, &SlowestLifecycles::other_ns},
}};

}  // namespace walbench::metrics
