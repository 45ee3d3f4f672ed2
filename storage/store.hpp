#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "metrics/result/groups_committed.hpp"
#include "storage/pending_write.hpp"
#include "storage/stepped_session.hpp"
#include "storage/transaction.hpp"

namespace walbench::storage {

/// The cost of a connection, in nanoseconds.
struct ConnectTimings {
  std::int64_t connect_ns = 0;  ///< opening, configuring, preparing and closing it
  std::int64_t close_ns = 0;    ///< the part of it that closing took
};

/// One iteration's access to a store. Used by one thread at a time; must not outlive the store.
class Session {
 public:
  Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  virtual ~Session() = default;

  /// Runs one transaction. Awaiting the result ends once it is acknowledged: committed, or, with a
  /// batch, to be committed with a later one. Call and await throw OccConflict if a statement hit
  /// another number of rows than it must, StorageError for what the database refuses, and
  /// WriteCancelled. Then this transaction is undone; with StorageError so is what of the batch was
  /// not yet durable, and with GroupNotCommitted the whole group.
  virtual PendingWrite apply(const Transaction& transaction) = 0;

  /// The same connection, step by step; null if the store takes whole transactions only. Valid
  /// until close().
  virtual SteppedSession* steps() { return nullptr; }

  /// True if WriteTimings::statement_ns is measured; otherwise lock_wait_ns includes the
  /// statements.
  virtual bool times_statement_apart() const = 0;

  /// True if writers wait in a queue; otherwise WriteTimings::queue_wait_ns is always 0.
  virtual bool has_queue() const = 0;

  /// True if its connection is borrowed from a pool; otherwise WriteTimings::pool_wait_ns is always
  /// 0.
  virtual bool has_pool() const { return false; }

  /// Ends the session; apply may not be called afterwards. Returns the cost of the session's own
  /// connection, or nothing if it has none.
  virtual std::optional<ConnectTimings> close() = 0;
};

/// Counts that only a store knows, since its last restart_counting().
struct StoreCounts {
  std::int64_t snapshot_retries = 0;  ///< transactions begun anew because their snapshot was stale
                                      ///< or another writer held the lock at the upgrade
  std::int64_t unsaved_peak = 0;      ///< the most transactions that were acknowledged and not yet
                                      ///< durable at one moment: what a crash then would have lost
  std::int64_t capped_checkpoints = 0;  ///< made by a commit because the WAL had passed its cap
  metrics::GroupsCommitted groups = {};
};

/// A strategy of making transactions durable. Thread safe.
class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  /// Begins a session for the worker `worker` (0 .. workers - 1), which may have one at a time.
  virtual std::unique_ptr<Session> open_session(std::size_t worker) = 0;

  /// Commits every write that was acknowledged early. Returns how many commits that took. Throws
  /// StorageError.
  virtual std::int64_t flush() = 0;

  /// Both only between passes.
  virtual StoreCounts counts() const = 0;
  virtual void restart_counting() = 0;

  /// The number of threads of the store's own, which commit or checkpoint.
  virtual std::int64_t own_threads() const = 0;

  /// From now on writes that wait for their turn, and all to come, fail with WriteCancelled, and
  /// those that wait for a lock soon fail as busy. Any thread.
  virtual void cancel() = 0;
};

/// A store that suspends its writers, and waits for more writes before it commits.
class SuspendingStore : public Store {
 public:
  /// `change` more iterations (or fewer) may write soon. An iteration that waits for a write
  /// counts, one that waits for anything else does not. Any thread.
  virtual void expect_writers(std::int64_t change) = 0;
};

}  // namespace walbench::storage
