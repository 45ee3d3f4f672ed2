#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace walbench::tools {

/// Raises this process's soft limit on open files to what `connections` SQLite connections need.
/// Returns a sentence if the hard limit does not allow that.
std::optional<std::string> allow_open_connections(std::int64_t connections);

}  // namespace walbench::tools
