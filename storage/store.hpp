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

  /// Writes one transition and commits it. Throws OccConflict when the row has moved on, and
  /// SqliteError for everything the database refuses; either way the transaction is rolled back.
  virtual Completed<WriteTimings> apply(const TransitionWrite& write) = 0;

  /// Whether WriteTimings::statement_ns is measured; otherwise lock_wait_ns includes the UPDATE.
  virtual bool times_statement_apart() const = 0;

  /// Ends the session; apply may not be called afterwards. Returns the nanoseconds spent on a
  /// connection of the lifecycle's own (opening, configuring, preparing, closing), or nothing where
  /// it has none.
  virtual std::optional<std::int64_t> close() = 0;
};

/// Writers restarted or delayed by other writers, since the store was opened.
struct Contention {
  std::int64_t snapshot_retries = 0;  ///< transactions begun anew because their snapshot was stale
                                      ///< or another writer held the lock at the upgrade
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

  virtual Contention contention() const = 0;
};

}  // namespace walbench::storage
