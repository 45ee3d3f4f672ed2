#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>

namespace walbench::storage {

struct KillsFound {
  int kills = 0;                  ///< writers killed while they wrote
  std::int64_t acknowledged = 0;  ///< transactions
  std::int64_t lost = 0;          ///< of these; not in the database when it was opened again
  std::int64_t torn = 0;          ///< transactions that are there in part, or that nobody made
  std::string trouble = {};       ///< SQLite's complaint, or that of integrity_check

  bool sound() const { return lost == 0 && torn == 0 && trouble.empty(); }
};

/// Starts a process that writes to `database`, an empty file, in WAL mode, and tells after each
/// COMMIT that it has returned; kills it as `kill -9` does at a random moment; opens the database
/// and compares; and all of that `kills` times, or until something is missing, `longest` is over,
/// or a stop. Shows that what was acknowledged survives processes. It says nothing of a loss of
/// power.
///
/// No other thread may use SQLite meanwhile. Throws StorageError if the database or a process
/// cannot be made.
KillsFound try_kills(const std::filesystem::path& database, int kills,
                     std::chrono::nanoseconds longest, const std::stop_token& stop);

}  // namespace walbench::storage
