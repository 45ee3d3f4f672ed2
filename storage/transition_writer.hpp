#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "metrics/clock.hpp"
#include "storage/axes.hpp"
#include "storage/connection_settings.hpp"
#include "storage/counting_vfs.hpp"
#include "storage/sqlite.hpp"
#include "storage/transition_write.hpp"
#include "storage/write_gate.hpp"

namespace walbench::storage {

/// What the connections of one store have in common. Owned by the store; outlives its connections.
struct WriterContext {
  std::string db_path;
  ConnectionSettings settings;
  Axes axes;
  CountingVfs* vfs;
  const metrics::Clock* clock;
  WriteGate* gate;  ///< null: none
  std::atomic<std::int64_t> snapshot_retries = 0;
};

/// A connection with the statements of a lifecycle prepared: writes transitions, each in a
/// transaction of its own, and times them. Used by one thread at a time.
class TransitionWriter {
 public:
  /// Opens, configures and prepares. Throws SqliteError, SettingsMismatch.
  explicit TransitionWriter(WriterContext& context);

  /// Writes and commits one transition. On any error the transaction is rolled back: OccConflict
  /// when the row is not as expected, SqliteError for what the database refused.
  WriteTimings write(const TransitionWrite& write);

  /// With BEGIN IMMEDIATE the UPDATE is timed on its own; otherwise SQLite takes the lock inside
  /// it.
  bool times_statement_apart() const { return context_->axes.begin == BeginAxis::immediate; }

 private:
  class Transaction;

  void update_deferred(const TransitionWrite& write, Transaction& transaction,
                       std::int64_t started_ns);
  [[nodiscard]] int guarded_update(const TransitionWrite& write);
  [[nodiscard]] int read_and_compare(const TransitionWrite& write);
  Statement& bind_update(const TransitionWrite& write, std::string_view now);

  WriterContext* context_;
  Connection connection_;
  Statement begin_;
  Statement commit_;
  Statement rollback_;
  Statement select_;
  std::array<Statement, 3> updates_;  ///< to uploading, processing, indexed
};

}  // namespace walbench::storage
