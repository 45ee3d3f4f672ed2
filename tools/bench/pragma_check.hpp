#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "engine/plan.hpp"

namespace walbench::tools {

/// Sets the PRAGMAs of each measurement on a new database below `scratch` (nothing: where scratch
/// files usually lie) and reads them back, which takes milliseconds. Returns a sentence about the
/// first that SQLite does not take; nothing if it takes all, and of measurements that other
/// processes make, perhaps with another library. What a new database takes one with content may
/// still refuse (page_size). Throws storage::DatabaseFileError and what is no fault of a PRAGMA.
std::optional<std::string> untaken_pragma(const engine::RunPlan& plan,
                                          const std::optional<std::filesystem::path>& scratch);

}  // namespace walbench::tools
