#pragma once

#include <cstdint>
#include <string>

namespace walbench::metrics {

/// What SQLite said about itself when asked.
struct SettingsReadBack {
  std::string journal_mode;
  std::string synchronous;
  std::int64_t busy_timeout_ms = 0;
  std::int64_t wal_autocheckpoint_frames = 0;
  std::int64_t page_size_bytes = 0;
  std::int64_t cache_size = 0;  ///< as PRAGMA cache_size: pages, or -KiB
  std::string locking_mode;
  // Empty in files of earlier versions.
  std::string sqlite_version = {};
  std::string sqlite_source_id = {};
  std::string memory_statistics = {};  ///< `on`, `off`

  bool operator==(const SettingsReadBack&) const = default;
};

}  // namespace walbench::metrics
