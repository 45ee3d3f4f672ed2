#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "metrics/clock.hpp"
#include "storage/sqlite/locks/hold_tracker.hpp"
#include "storage/sqlite/locks/lock_snapshot.hpp"
#include "storage/sqlite/locks/reader_tracker.hpp"

namespace walbench::storage {

/// What was seen of the locks of a database, in one look or in many.
struct LockWatch {
  std::int64_t started_ns = 0;  ///< of the clock
  std::int64_t elapsed_ns = 0;  ///< from the first look to the last
  std::int64_t looks = 0;
  std::int64_t longest_gap_ns = 0;  ///< between two looks
  bool interrupted = false;         ///< it was to last longer

  DatabaseState state;            ///< at the last look
  LockSnapshot last;              ///< with all that share a byte, if there was one look
  std::uint32_t frames_most = 0;  ///< that were not checkpointed
  std::vector<LockHolding> holdings;
  std::vector<ReaderSeen> readers;
  std::set<pid_t> connected;              ///< who had the database open in WAL mode
  std::map<pid_t, std::string> commands;  ///< of all pids above; empty if it had ended

  /// How long nobody could have been waiting for the right to write.
  std::int64_t write_free_ns() const;
};

/// Looks once, or if `duration` is not 0, every `interval` until it has passed or a stop is
/// requested. Throws StorageError if the database cannot be read any more.
LockWatch watch_locks(LockProbe& probe, const metrics::Clock& clock,
                      std::chrono::nanoseconds duration, std::chrono::nanoseconds interval,
                      const std::stop_token& stop);

}  // namespace walbench::storage
