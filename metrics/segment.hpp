#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace walbench::metrics {

/// The intervals of a lifecycle that are timed, in integer nanoseconds, one sample a lifecycle
/// unless said otherwise. The exclusive parts add up:
///
///   fsm_hydrate + fsm_dispatch + lock_wait + statement + commit + other = fsm_net
enum class Segment : std::uint8_t {
  fsm_net,       ///< total_wall less mock_api: what walbench itself cost the lifecycle
  lock_wait,     ///< the three writes: from asking for the write lock to holding it. Deferred
                 ///< transactions take it inside the UPDATE, whose execution is included then;
                 ///< waiting for a gate or a shared connection's mutex counts here
  busy_wait,     ///< the part of lock_wait that was slept in SQLite's busy handler
  statement,     ///< the three UPDATEs, where they are not already in lock_wait
  commit,        ///< the three COMMITs
  fsm_hydrate,   ///< creating the state machine at `untracked`
  fsm_dispatch,  ///< the three event dispatches
  other,         ///< fsm_net that no other exclusive part accounts for
  db_total,      ///< the three writes, first call to acknowledged commit
  transition,    ///< dispatch and write of one transition: three samples a lifecycle
  mock_api,      ///< the two API calls
  total_wall,    ///< hydration to last commit
  connect,       ///< opening, configuring, preparing and closing a connection that the lifecycle
                 ///< owns; outside total_wall
  attempt,  ///< one attempt to get a file through, from start_upload's dispatch to `indexed` or
            ///< back at `untracked`; only where API calls can fail, one sample an attempt
  failed_attempt,  ///< likewise, of those that failed alone
};

inline constexpr std::size_t kSegmentCount = 15;

/// Names as they stand in files and tables, without the `_ms` that files append.
inline constexpr std::array<std::string_view, kSegmentCount> kSegmentNames = {
    "fsm_net",     "lock_wait",    "busy_wait", "statement", "commit",
    "fsm_hydrate", "fsm_dispatch", "other",     "db_total",  "transition",
    "mock_api",    "total_wall",   "connect",   "attempt",   "failed_attempt"};

constexpr std::size_t segment_index(Segment segment) {
  return static_cast<std::size_t>(segment);
}
constexpr Segment segment_at(std::size_t index) {
  return static_cast<Segment>(index);
}
constexpr std::string_view segment_name(Segment segment) {
  return kSegmentNames[segment_index(segment)];
}

/// The segment of that name, or nothing.
constexpr std::optional<Segment> segment_from_name(std::string_view name) {
  for (std::size_t index = 0; index < kSegmentCount; ++index) {
    if (kSegmentNames[index] == name) return segment_at(index);
  }
  return std::nullopt;
}

}  // namespace walbench::metrics
