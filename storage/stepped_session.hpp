#pragma once

#include <cstdint>
#include <span>

#include "storage/transaction.hpp"

namespace walbench::storage {

/// How a transaction is begun.
struct StepBegin {
  bool writes = true;      ///< it may write: it waits its turn, and the begin axis is about it
  bool immediate = false;  ///< it takes the write lock at once, whatever the begin axis says
};

/// The answer to one statement.
struct StatementRows {
  std::int64_t rows = 0;  ///< that it changed; those that it returned if it only reads
  /// The first row that it returned, if it was wanted; valid until the next call.
  std::span<const Value> first;
};

/// Where the time of the transactions went since the last take_timings(). Their own parts add up:
/// read + lock_wait + statement + commit.
struct StepTimings {
  WriteTimings write;        ///< sums over the transactions that write
  std::int64_t read_ns = 0;  ///< transactions that only read, and reads before the write lock
  /// Of readers alone: the longest that one of the transactions that only read kept its snapshot,
  /// from its first row on; and since when the one that is open has one, by the clock, or 0.
  std::int64_t snapshot_ns = 0;
  std::int64_t snapshot_since_ns = 0;
  std::int64_t started_ns = 0;  ///< of the last transaction: when it was asked for, by the clock
  std::int64_t ended_ns = 0;    ///< when the last call returned, or threw
  std::int64_t step_ns = 0;     ///< how long the last call took
  bool step_slept = false;      ///< it slept in the busy handler meanwhile
};

/// A connection whose user decides what comes next by what came back. A statement outside of
/// begin() and commit() is a transaction by itself; if it writes, it is begun and committed as the
/// store does it with any other. Used by one thread at a time, between its store's open_session()
/// and close().
///
/// begin, execute and commit throw StorageError (kind busy: another one holds the lock) and
/// WriteCancelled; what was begun then stays open until roll_back().
class SteppedSession {
 public:
  SteppedSession() = default;
  SteppedSession(const SteppedSession&) = delete;
  SteppedSession& operator=(const SteppedSession&) = delete;
  virtual ~SteppedSession() = default;

  virtual void begin(const StepBegin& how) = 0;
  /// `call.rows` is not looked at. Hands back the first row only if it is wanted.
  virtual StatementRows execute(const StatementCall& call, bool wants_row) = 0;
  virtual void commit() = 0;
  /// Ends what was begun without effect; harmless if nothing was.
  virtual void roll_back() noexcept = 0;

  /// Starts the timings anew.
  virtual StepTimings take_timings() = 0;
  virtual const StepTimings& timings() const = 0;
};

}  // namespace walbench::storage
