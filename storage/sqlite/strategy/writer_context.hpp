#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "metrics/clock.hpp"
#include "storage/axes.hpp"
#include "storage/settings.hpp"
#include "storage/sqlite/strategy/checkpointer.hpp"
#include "storage/sqlite/strategy/prepared_connection.hpp"
#include "storage/sqlite/strategy/writer_queue.hpp"
#include "storage/sqlite/watch/counting_vfs.hpp"
#include "storage/transaction.hpp"

namespace walbench::storage {

/// Common to the connections of one store. Owned by the store; outlives its connections.
struct WriterContext {
  std::string db_path;
  ConnectionSettings settings;
  Axes axes;
  StatementTexts statements;
  CountingVfs* vfs;
  const metrics::Clock* clock;
  WriterQueue* queue = nullptr;          ///< null: none
  Checkpointer* checkpointer = nullptr;  ///< null: SQLite checkpoints by itself, or nobody does
  std::uint64_t seed = 0;                ///< of the busy handlers' jitter
  bool times_snapshots = false;          ///< see StepTimings::snapshot_ns
  std::atomic<std::int64_t> snapshot_retries = 0;
  std::atomic<std::int64_t> unsaved_peak = 0;
  std::atomic<std::uint64_t> connections = 0;  ///< opened so far

  /// A connection as the axes and settings want it, watched by the checkpointer.
  PreparedConnection connect();

 private:
  PreparedConnection open_connection();
};

}  // namespace walbench::storage
