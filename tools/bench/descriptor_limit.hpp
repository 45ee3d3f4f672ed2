#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace walbench::tools {

/// Raises this process's soft limit on open files as far as `connections` SQLite connections need,
/// and as the hard limit allows. Where it does not allow enough: a sentence about it.
std::optional<std::string> allow_open_connections(std::int64_t connections);

}  // namespace walbench::tools
