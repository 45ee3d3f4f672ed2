#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tools/program/parse_end.hpp"

namespace walbench::tools {

/// In what shape `locks` writes to standard output.
enum class LocksFormat : std::uint8_t { table, markdown, json };

struct LocksOptions {
  std::filesystem::path database;
  std::optional<std::chrono::nanoseconds> duration;  ///< absent: one look
  LocksFormat format = LocksFormat::table;
};

/// Reads the arguments behind the program's name.
std::variant<LocksOptions, ParseEnd> parse_locks_options(const std::vector<std::string>& arguments);

}  // namespace walbench::tools
