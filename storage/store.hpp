#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "metrics/result/groups_committed.hpp"
#include "storage/pending_write.hpp"
#include "storage/transition_write.hpp"

namespace walbench::storage {

/// What a connection cost, in nanoseconds.
struct ConnectTimings {
  std::int64_t connect_ns = 0;  ///< opening, configuring, preparing and closing it
  std::int64_t close_ns = 0;    ///< the part of it that closing took
};

/// One lifecycle's access to a store, from hydration to its last commit. Used by one thread at a
/// time; must not outlive the store.
class Session {
 public:
  Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  virtual ~Session() = default;

  /// Writes one transition. Awaiting what it returns ends when the write is acknowledged:
  /// committed, or, with a batch, to be committed with a later one. Call and await throw
  /// OccConflict when the row has moved on, SqliteError or GroupNotCommitted for what the database
  /// refuses, and WriteCancelled; then this write is undone, with SqliteError also what of the
  /// batch was not yet durable, and with GroupNotCommitted its whole group.
  virtual PendingWrite apply(const TransitionWrite& write) = 0;

  /// Whether WriteTimings::statement_ns is measured; otherwise lock_wait_ns includes the UPDATE.
  virtual bool times_statement_apart() const = 0;

  /// Whether writers queue at a queue; otherwise WriteTimings::queue_wait_ns is always 0.
  virtual bool has_queue() const = 0;

  /// Ends the session; apply may not be called afterwards. Returns what a connection of the
  /// lifecycle's own cost, or nothing where it has none.
  virtual std::optional<ConnectTimings> close() = 0;
};

/// What only a store knows, since its last restart_counting().
struct StoreCounts {
  std::int64_t snapshot_retries = 0;  ///< transactions begun anew because their snapshot was stale
                                      ///< or another writer held the lock at the upgrade
  std::int64_t unsaved_peak = 0;      ///< the most transitions that were acknowledged and not yet
                                      ///< durable at a moment: what a crash then would have lost
  std::int64_t capped_checkpoints = 0;  ///< made by a commit because the WAL had passed its cap
  metrics::GroupsCommitted groups = {};
};

/// A strategy of making transitions durable. Thread safe.
class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  /// Begins a session for the worker `worker` (0 .. workers - 1), which may have one at a time.
  virtual std::unique_ptr<Session> open_session(std::size_t worker) = 0;

  /// Makes durable what has been acknowledged before it was. Returns how many commits that took.
  /// Throws SqliteError.
  virtual std::int64_t flush() = 0;

  /// Both only between passes.
  virtual StoreCounts counts() const = 0;
  virtual void restart_counting() = 0;

  /// Threads of the store's own, which commit or checkpoint for the lifecycles.
  virtual std::int64_t own_threads() const = 0;

  /// Says that so many lifecycles more (or fewer) may write soon, to a store that waits for more
  /// writes before it commits. Those that have a write under way count, those that wait for an API
  /// do not. Any thread.
  virtual void expect_writers(std::int64_t change) = 0;

  /// Makes writes that are queued, and all to come, fail with WriteCancelled. Any thread.
  virtual void cancel() = 0;
};

}  // namespace walbench::storage
