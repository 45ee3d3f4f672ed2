#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace walbench::metrics {

/// The intervals that are timed, in integer nanoseconds; of a lifecycle, with one sample each,
/// unless said otherwise. The exclusive parts add up:
///
///   fsm_hydrate + fsm_dispatch + read + lock_wait + statement + commit + other = fsm_net
///
/// What is said of a lifecycle's three writes holds for the write transactions of a script.
enum class Segment : std::uint8_t {
  fsm_net,          ///< total_wall less mock_api: what walbench itself cost the lifecycle
  read,             ///< transactions of a script that only read, and its reads before it asks for
                    ///< the write lock; the lifecycle has none
  lock_wait,        ///< the three writes: from asking for the write lock to holding it. Deferred
                    ///< transactions take it inside the UPDATE, whose execution is included then;
                    ///< waiting in a queue or for a shared connection's mutex counts here
  pool_wait,        ///< the part of lock_wait that was waited for a connection; only with a pool
  queue_wait,       ///< the part of lock_wait that was waited in a queue; only if there is one
  busy_wait,        ///< the part of lock_wait that was slept in the busy handler
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
  snapshot_age,    ///< of a reader: the longest that a transaction of the iteration kept its
                   ///< snapshot, from its first row on

  // Of the database's files, whoever is at work: one sample an operation.
  wal_sync,    ///< one sync of the -wal file
  db_sync,     ///< one sync of the database file
  checkpoint,  ///< one checkpoint that moved at least a page, its syncs included

  // Of a transaction's wait for the write lock in the busy handler: one sample a wait.
  busy_asked,  ///< what it asked to sleep in all, which is what counts against busy_timeout
};

/// The things that have a sample of a segment, one each.
enum class Samples : std::uint8_t {
  of_iterations,
  of_transitions,
  of_attempts,
  of_files,
  of_waits,
};

/// A segment is described once, by its row here. Breakdown, tables, files, limits and comparisons
/// follow from it.
struct SegmentRow {
  Segment segment;
  std::string_view name;          ///< in files and tables, without the `_ms` that files append
  std::optional<Segment> parent;  ///< the segment that it is a part of; stands above it
  bool exclusive;                 ///< one of the parts that add up to fsm_net
  Samples samples;
  std::string_view of_scripts = {};  ///< its name in reports of scripts; empty: the same
};

/// In the order of Segment; those of files and waits come last, because timing records lack them.
inline constexpr auto kSegments = [] {
  using enum Segment;
  using enum Samples;
  constexpr auto kNone = std::nullopt;
  constexpr bool kExclusive = true;
  constexpr bool kInclusive = false;
  return std::to_array<SegmentRow>({
      {fsm_net, "fsm_net", kNone, kInclusive, of_iterations, "net"},
      {read, "read", fsm_net, kExclusive, of_iterations},
      {lock_wait, "lock_wait", fsm_net, kExclusive, of_iterations},
      {pool_wait, "pool_wait", lock_wait, kInclusive, of_iterations},
      {queue_wait, "queue_wait", lock_wait, kInclusive, of_iterations},
      {busy_wait, "busy_wait", lock_wait, kInclusive, of_iterations},
      {statement, "statement", fsm_net, kExclusive, of_iterations},
      {commit, "commit", fsm_net, kExclusive, of_iterations},
      {checkpoint_wait, "checkpoint_wait", commit, kInclusive, of_iterations},
      {sync_wait, "sync_wait", commit, kInclusive, of_iterations},
      {fsm_hydrate, "fsm_hydrate", fsm_net, kExclusive, of_iterations},
      {fsm_dispatch, "fsm_dispatch", fsm_net, kExclusive, of_iterations, "script"},
      {other, "other", fsm_net, kExclusive, of_iterations},
      {db_total, "db_total", kNone, kInclusive, of_iterations},
      {transition, "transition", kNone, kInclusive, of_transitions, "transaction"},
      {mock_api, "mock_api", kNone, kInclusive, of_iterations, "think"},
      {total_wall, "total_wall", kNone, kInclusive, of_iterations},
      {connect, "connect", kNone, kInclusive, of_iterations},
      {close, "close", connect, kInclusive, of_iterations},
      {attempt, "attempt", kNone, kInclusive, of_attempts},
      {failed_attempt, "failed_attempt", attempt, kInclusive, of_attempts},
      {snapshot_age, "snapshot_age", kNone, kInclusive, of_iterations},
      {wal_sync, "wal_sync", kNone, kInclusive, of_files},
      {db_sync, "db_sync", kNone, kInclusive, of_files},
      {checkpoint, "checkpoint", kNone, kInclusive, of_files},
      {busy_asked, "busy_asked", kNone, kInclusive, of_waits},
  });
}();

inline constexpr std::size_t kSegmentCount = kSegments.size();
/// The first so many travel in timing records.
inline constexpr auto kRecordedSegmentCount = static_cast<std::size_t>(std::ranges::count_if(
    kSegments, [](const SegmentRow& row) { return row.samples < Samples::of_files; }));

constexpr std::size_t segment_index(Segment segment) {
  return static_cast<std::size_t>(segment);
}
constexpr Segment segment_at(std::size_t index) {
  return static_cast<Segment>(index);
}
constexpr const SegmentRow& segment_row(Segment segment) {
  return kSegments[segment_index(segment)];
}
constexpr std::string_view segment_name(Segment segment) {
  return segment_row(segment).name;
}

/// The name of a segment of the stream of that name: `commit` of the main stream, whose name is
/// empty, `readers.commit` of another.
inline std::string segment_name(std::string_view stream, Segment segment) {
  std::string name(stream);
  if (!stream.empty()) name += '.';
  return name += segment_name(segment);
}

/// The segment that reports of scripts call so, or nothing.
constexpr std::optional<Segment> segment_of_scripts(std::string_view name) {
  const auto* const found = std::ranges::find(kSegments, name, &SegmentRow::of_scripts);
  return name.empty() || found == kSegments.end() ? std::nullopt : std::optional(found->segment);
}

/// How many segments this one lies within: 0 for fsm_net, 1 for commit, 2 for sync_wait.
constexpr std::size_t segment_depth(Segment segment) {
  const std::optional<Segment>& parent = segment_row(segment).parent;
  return parent ? 1 + segment_depth(*parent) : 0;
}

/// The segment of that name, or nothing.
constexpr std::optional<Segment> segment_from_name(std::string_view name) {
  const auto* const found = std::ranges::find(kSegments, name, &SegmentRow::name);
  return found == kSegments.end() ? std::nullopt : std::optional(found->segment);
}

}  // namespace walbench::metrics
