#pragma once

#include <cstdint>

namespace walbench::metrics {

/// What was written to the files of the database during the measurement.
struct WalFigures {
  std::int64_t size_start_bytes = 0;
  std::int64_t size_end_bytes = 0;
  std::int64_t growth_bytes = 0;  ///< by which writes extended the -wal; deletion takes none back
  std::int64_t peak_bytes = 0;
  std::int64_t bytes_written = 0;
  std::int64_t frames = 0;
  std::int64_t checkpoints = 0;
  std::int64_t checkpoint_ns = 0;  ///< they took, syncs included
  std::int64_t checkpoint_longest_ns = 0;
  std::int64_t checkpoints_capped = 0;  ///< made by a commit because the WAL had passed its cap
  std::int64_t wal_syncs = 0;
  std::int64_t db_syncs = 0;
  std::int64_t db_bytes_written = 0;
  std::int64_t wal_writes = 0;  ///< calls that wrote to the -wal
  std::int64_t db_writes = 0;   ///< to the database: a page each, moved by checkpoints

  bool operator==(const WalFigures&) const = default;
};

}  // namespace walbench::metrics
