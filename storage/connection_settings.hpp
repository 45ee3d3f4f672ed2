#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "storage/sqlite.hpp"

namespace walbench::storage {

enum class Synchronous : std::uint8_t { off, normal, full };

std::string_view synchronous_name(Synchronous value);

/// What every connection that writes is asked to be.
struct ConnectionSettings {
  Synchronous synchronous = Synchronous::normal;
  std::chrono::milliseconds busy_timeout{5000};
  std::int64_t wal_autocheckpoint_frames = 1000;  ///< 0: never
};

/// What a connection says it is.
struct EffectiveSettings {
  std::string journal_mode;
  std::string synchronous;
  std::int64_t busy_timeout_ms = 0;
  std::int64_t wal_autocheckpoint_frames = 0;
  std::int64_t page_size_bytes = 0;
  std::int64_t cache_size = 0;  ///< as PRAGMA cache_size: pages, or -KiB
  std::string locking_mode;
};

/// A setting that SQLite did not take: the run would measure something else than it says.
class SettingsMismatch : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Puts a connection into WAL mode with these settings. Throws SettingsMismatch where the database
/// does not enter WAL mode, as on some network file systems.
void apply_settings(const Connection& connection, const ConnectionSettings& settings);

/// Asks the connection for its settings and throws SettingsMismatch where they are not as asked.
EffectiveSettings read_settings_back(const Connection& connection, const ConnectionSettings& asked);

}  // namespace walbench::storage
