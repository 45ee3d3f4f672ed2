#include <fmt/format.h>

#include <cerrno>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <system_error>

#include "metrics/files/file_error.hpp"
#include "metrics/files/text_file.hpp"
#include "metrics/files/whole_file.hpp"
#include "metrics/histogram/hgrm.hpp"
#include "metrics/publish/result_json.hpp"
#include "metrics/result/hgrm_metadata.hpp"
#include "metrics/units.hpp"
#include "tools/program/exit_code.hpp"
#include "tools/program/output.hpp"
#include "tools/report/report_commands.hpp"
#include "tools/report/value_column.hpp"

namespace walbench::tools {
namespace {

using metrics::kNsPerMs;
constexpr std::size_t kMostBytes = std::size_t{64} << 20U;

metrics::Histogram read_values(const ReportValues& options) {
  metrics::Histogram histogram;
  if (options.source == "-") {
    record_column(std::cin, options.expected_interval.count(), histogram);
    return histogram;
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(options.source, ignored)) {
    throw ValueColumnError("is a directory; name a file, or - for standard input");
  }
  std::ifstream file(options.source, std::ios::binary);
  if (!file) throw ValueColumnError(std::generic_category().message(errno));
  record_column(file, options.expected_interval.count(), histogram);
  return histogram;
}

/// True if a former call of this command wrote the file.
bool is_column(const std::filesystem::path& path) {
  try {
    const metrics::HgrmFile file = metrics::parse_hgrm(metrics::read_text_file(path, kMostBytes));
    return file.walbench_json && metrics::is_values_metadata(*file.walbench_json);
  } catch (const std::exception&) {
    return false;
  }
}

/// Throws FileError where something else than such a column would be lost.
void refuse_to_destroy(const std::filesystem::path& target) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(target, ignored) && !is_column(target)) {
    throw metrics::FileError(
        fmt::format("--hgrm: '{}' exists and was not made by --values; name another file, or "
                    "remove it",
                    target.string()));
  }
}

}  // namespace

int report_values(const ReportValues& options) {
  std::error_code ignored;
  if (std::filesystem::equivalent(options.source, options.target, ignored)) {
    complain("report", fmt::format("'{}' is the column itself; name another file with --hgrm",
                                   options.target.string()));
    return kFailed;
  }
  try {
    refuse_to_destroy(options.target);
    const metrics::Histogram histogram = read_values(options);
    if (histogram.total_count() == 0)
      complain("report", "warning: there are no values; the file is empty");
    metrics::write_file_atomically(
        options.target,
        metrics::write_hgrm(histogram, kNsPerMs, metrics::values_metadata(options.source)));
    return kDone;
  } catch (const ValueColumnError& error) {
    complain("report", fmt::format("{}: {}", options.source, error.what()));
  } catch (const metrics::FileError& error) {
    complain("report", error.what());
  }
  return kFailed;
}

}  // namespace walbench::tools
