#pragma once

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "tools/program/parse_end.hpp"
#include "tools/program/print_format.hpp"

namespace walbench::tools {

struct DoctorOptions {
  std::filesystem::path path = ".";  ///< a folder or a database
  std::filesystem::path application =
      {};                              ///< judge the SQLite that stands in it; empty: the loaded
  std::filesystem::path library = {};  ///< load this libsqlite3; empty: the system's
  PrintFormat format = PrintFormat::table;
};

/// Reads the arguments behind the program's name.
std::variant<DoctorOptions, ParseEnd> parse_doctor_options(
    const std::vector<std::string>& arguments);

}  // namespace walbench::tools
