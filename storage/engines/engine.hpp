#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "storage/ad_hoc_connection.hpp"
#include "storage/copy_report.hpp"
#include "storage/database.hpp"
#include "storage/settings.hpp"

namespace walbench::storage {

/// What an engine's library says about itself.
struct EngineFacts {
  std::string version;
  std::string source_id;
  std::vector<std::string> compile_options;
  bool has_wal_reset_bug = false;  ///< see has_wal_reset_bug()
};

/// A database of the engine of that name: `sqlite`. `path` is an empty file. Throws
/// std::invalid_argument for an engine that there is not.
std::unique_ptr<Database> open_database(std::string_view engine, const std::filesystem::path& path,
                                        const ConnectionSettings& settings,
                                        Instrumentation instrumentation);

/// A connection to the file of such a database; a stop ends what runs on it. Throws StorageError.
std::unique_ptr<AdHocConnection> open_ad_hoc(std::string_view engine,
                                             const std::filesystem::path& path,
                                             const std::stop_token& stop);

/// Copies such a database, which others may be using, into an empty file, and changes nothing of
/// it. Throws StorageError.
CopyReport copy_database(std::string_view engine, const std::filesystem::path& from,
                         const std::filesystem::path& to, const std::stop_token& stop);

/// Likewise.
EngineFacts engine_facts(std::string_view engine);

/// Has the engine keep no account of its memory from now on, which saves it a mutex at each
/// allocation. Only while nothing of it is open. Throws StorageError if it keeps one all the same.
void turn_off_memory_statistics(std::string_view engine);

/// The most heap that the engine has used since the process started, in bytes, page caches
/// included; nothing if it keeps no account.
std::optional<std::int64_t> engine_memory_peak_bytes(std::string_view engine);

}  // namespace walbench::storage
