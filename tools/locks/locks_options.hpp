#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tools/program/parse_end.hpp"
#include "tools/program/print_format.hpp"

namespace walbench::tools {

struct LocksOptions {
  std::filesystem::path database;
  std::optional<std::chrono::nanoseconds> duration;  ///< absent: one look
  PrintFormat format = PrintFormat::table;
};

/// Reads the arguments behind the program's name.
std::variant<LocksOptions, ParseEnd> parse_locks_options(const std::vector<std::string>& arguments);

}  // namespace walbench::tools
