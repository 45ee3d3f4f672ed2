#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "tools/parse_end.hpp"

namespace walbench::tools {

/// `report FILES...`
struct ReportFiles {
  std::vector<std::filesystem::path> paths;
  bool details = false;  ///< every configuration in full, also where a run has several
};

/// `report --values FILE --hgrm OUT`
struct ReportValues {
  std::string source;  ///< a path, or `-` for standard input
  std::filesystem::path target;
  std::chrono::nanoseconds expected_interval{0};  ///< 0: no correction
};

/// Reads the arguments behind the program's name.
std::variant<ReportFiles, ReportValues, ParseEnd> parse_report_options(
    const std::vector<std::string>& arguments);

}  // namespace walbench::tools
