#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "metrics/result/limit.hpp"
#include "metrics/result/loaded_log.hpp"
#include "tools/program/parse_end.hpp"

namespace walbench::tools {

/// In what shape `report` writes to standard output.
enum class ReportFormat : std::uint8_t { table, markdown, json, csv };

/// How files are read, and which figures are shown of them.
struct ReportReading {
  metrics::Reading files;
  std::vector<double> percentiles;  ///< 0 to 100; none: the usual ones
};

/// `report FILES...`
struct ReportFiles {
  std::vector<std::filesystem::path> paths;  ///< a folder stands for the results in it
  bool details = false;  ///< every configuration in full, also where a run has several
  bool plot = false;     ///< percentile curves in text besides
  ReportFormat format = ReportFormat::table;
  std::optional<std::filesystem::path> html;  ///< instead of standard output: a page of its own
  std::vector<metrics::Limit> limits;         ///< any that is passed gives exit code 1
  ReportReading reading = {};
};

/// `report --compare BASE... --with NEW...`
struct ReportCompare {
  std::vector<std::filesystem::path> base;
  std::vector<std::filesystem::path> with;
  bool force = false;  ///< also what was measured with unlike plans or on unlike hosts
  std::vector<metrics::Limit> limits;  ///< any that is passed fails the comparison
  ReportFormat format = ReportFormat::table;
  ReportReading reading = {};
};

/// `report --merge OUT FILES...`
struct ReportMerge {
  std::filesystem::path target;
  std::vector<std::filesystem::path> paths;
};

/// `report --values FILE --hgrm OUT`
struct ReportValues {
  std::string source;  ///< a path, or `-` for standard input
  std::filesystem::path target;
  std::chrono::nanoseconds expected_interval{0};  ///< 0: no correction
};

/// `report FILES... --hgrm OUT`
struct ReportTotals {
  std::vector<std::filesystem::path> paths;
  std::filesystem::path target;
  metrics::Reading reading;
};

/// Reads the arguments behind the program's name.
std::variant<ReportFiles, ReportCompare, ReportMerge, ReportValues, ReportTotals, ParseEnd>
parse_report_options(const std::vector<std::string>& arguments);

}  // namespace walbench::tools
