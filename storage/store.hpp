#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "storage/completed.hpp"
#include "storage/transition_write.hpp"

namespace walbench::storage {

/// One lifecycle's access to a store, from hydration to its last commit. Used by one thread at a
/// time; must not outlive the store.
class Session {
 public:
  Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  virtual ~Session() = default;

  /// Writes one transition and acknowledges it: committed, or, with a batch, to be committed with
  /// a later one. Throws OccConflict when the row has moved on, and SqliteError for everything the
  /// database refuses; either way this write is undone, and with SqliteError also what of the batch
  /// was not yet durable.
  virtual Completed<WriteTimings> apply(const TransitionWrite& write) = 0;

  /// Whether WriteTimings::statement_ns is measured; otherwise lock_wait_ns includes the UPDATE.
  virtual bool times_statement_apart() const = 0;

  /// Ends the session; apply may not be called afterwards. Returns the nanoseconds spent on a
  /// connection of the lifecycle's own (opening, configuring, preparing, closing), or nothing where
  /// it has none.
  virtual std::optional<std::int64_t> close() = 0;
};

/// What only a store knows, since it was opened.
struct StoreCounts {
  std::int64_t snapshot_retries = 0;  ///< transactions begun anew because their snapshot was stale
                                      ///< or another writer held the lock at the upgrade
  std::int64_t unsaved_peak = 0;      ///< the most transitions that were acknowledged and not yet
                                      ///< durable at a moment: what a crash then would have lost
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

  virtual StoreCounts counts() const = 0;
};

}  // namespace walbench::storage
