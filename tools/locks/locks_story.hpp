#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/sqlite/locks/lock_watch.hpp"

namespace walbench::tools {

/// What one call of `locks` saw, and what is to be said besides.
struct LocksStory {
  std::string file;         ///< as it was named
  std::string started;      ///< UTC, as in `2026-11-28T00:12:43.123Z`
  std::int64_t cpu_ns = 0;  ///< what watching cost
  storage::LockWatch watch;
};

std::string lock_name(storage::HeldLock lock, storage::JournalMode mode);  ///< `write lock`
std::string lock_name(storage::LockByte lock);                             ///< `read mark 3`

/// `pid 4711`, or if there is none that can be named, why.
std::string process_name(pid_t pid);

/// Sentences about what cannot be seen here, each with its reason: holders without a pid, a file
/// system that others lock elsewhere, files in an unusual state.
std::vector<std::string> reservations(const storage::LockWatch& watch);

}  // namespace walbench::tools
