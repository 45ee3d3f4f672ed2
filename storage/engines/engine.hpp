#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

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

/// Likewise.
EngineFacts engine_facts(std::string_view engine);

/// The most heap that the engine has used since the process started, in bytes, page caches
/// included.
std::int64_t engine_memory_peak_bytes(std::string_view engine);

}  // namespace walbench::storage
