#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace walbench::metrics {

/// The intervals that are timed, in integer nanoseconds; of a lifecycle, with one sample each,
/// unless said otherwise. The exclusive parts add up:
///
///   fsm_hydrate + fsm_dispatch + lock_wait + statement + commit + other = fsm_net
enum class Segment : std::uint8_t {
  fsm_net,          ///< total_wall less mock_api: what walbench itself cost the lifecycle
  lock_wait,        ///< the three writes: from asking for the write lock to holding it. Deferred
                    ///< transactions take it inside the UPDATE, whose execution is included then;
                    ///< waiting in a queue or for a shared connection's mutex counts here
  queue_wait,       ///< the part of lock_wait that was waited in a queue; only if there is one
  busy_wait,        ///< the part of lock_wait that was slept in SQLite's busy handler
  statement,        ///< the three UPDATEs, where they are not already in lock_wait
  commit,           ///< the three COMMITs
  checkpoint_wait,  ///< the part of commit in which it checkpointed, less the syncs of that
  sync_wait,        ///< the part of commit that syncs took, those of checkpoints included
  fsm_hydrate,      ///< creating the state machine at `untracked`
  fsm_dispatch,     ///< the three event dispatches
  other,            ///< fsm_net that no other exclusive part accounts for
  db_total,         ///< the three writes, first call to acknowledged commit
  transition,       ///< dispatch and write of one transition: three samples a lifecycle
  mock_api,         ///< the two API calls
  total_wall,       ///< hydration to last commit
  connect,          ///< opening, configuring, preparing and closing a connection that the lifecycle
                    ///< owns; outside total_wall
  close,    ///< the part of connect that closing took: of the last connection, a checkpoint, too
  attempt,  ///< one attempt to get a file through, from start_upload's dispatch to `indexed` or
            ///< back at `untracked`; only where API calls can fail, one sample an attempt
  failed_attempt,  ///< likewise, of those that failed alone

  // Of the database's files, whoever is at work: one sample an operation.
  wal_sync,    ///< one sync of the -wal file
  db_sync,     ///< one sync of the database file
  checkpoint,  ///< one checkpoint that moved at least a page, its syncs included
};

inline constexpr std::size_t kSegmentCount = 22;
/// The first so many are of lifecycles and travel in timing records.
inline constexpr std::size_t kLifecycleSegmentCount = 19;

/// Names as they stand in files and tables, without the `_ms` that files append.
inline constexpr std::array<std::string_view, kSegmentCount> kSegmentNames = {
    "fsm_net",         "lock_wait", "queue_wait",  "busy_wait",    "statement", "commit",
    "checkpoint_wait", "sync_wait", "fsm_hydrate", "fsm_dispatch", "other",     "db_total",
    "transition",      "mock_api",  "total_wall",  "connect",      "close",     "attempt",
    "failed_attempt",  "wal_sync",  "db_sync",     "checkpoint"};

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
