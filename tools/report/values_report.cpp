#include <fmt/format.h>

#include <cerrno>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "metrics/files/file_error.hpp"
#include "metrics/files/text_file.hpp"
#include "metrics/files/whole_file.hpp"
#include "metrics/histogram/hgrm.hpp"
#include "metrics/publish/result_json.hpp"
#include "metrics/result/hgrm_metadata.hpp"
#include "metrics/result/result_set.hpp"
#include "metrics/units.hpp"
#include "tools/program/exit_code.hpp"
#include "tools/program/output.hpp"
#include "tools/report/reading_progress.hpp"
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
        fmt::format("--hgrm: '{}' exists and was not made by --hgrm; name another file, or "
                    "remove it",
                    target.string()));
  }
}

/// A histogram on its way into a file.
struct Total {
  std::filesystem::path target;
  std::string source;
  const metrics::LoadedLog* log;
  const metrics::LoadedLog::Stream* stream;
};

/// Letters, digits and a few signs; what else a tag has becomes a dash.
std::string file_name_part(std::string_view tag) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  std::string part(tag.substr(0, 100));
  for (char& c : part) {
    if (kPlain.find(c) == std::string_view::npos) c = '-';
  }
  return part;
}

/// Throws FileError if there are several and the target is no folder, or if two would get one name.
std::vector<Total> totals_of(const std::vector<metrics::LoadedLog>& logs,
                             const std::filesystem::path& target) {
  std::error_code ignored;
  const bool into_folder = std::filesystem::is_directory(target, ignored);
  std::vector<Total> totals;
  std::set<std::filesystem::path> names;
  for (const metrics::LoadedLog& log : logs) {
    for (const metrics::LoadedLog::Stream& stream : log.streams) {
      const std::string tag = stream.tag.empty() ? "" : "." + file_name_part(stream.tag);
      Total total{into_folder ? target / (log.path.stem().string() + tag + ".hgrm") : target,
                  log.path.string() + (stream.tag.empty() ? "" : ", tag " + stream.tag), &log,
                  &stream};
      if (!names.insert(total.target).second) {
        throw metrics::FileError(
            into_folder
                ? fmt::format("--hgrm: two of the logs' tags would be '{}'; name fewer logs",
                              total.target.string())
                : std::string("--hgrm: there are several logs or tags; name a folder that "
                              "exists, which gets a file for each"));
      }
      totals.push_back(std::move(total));
    }
  }
  return totals;
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

int report_totals(const ReportTotals& options) {
  const metrics::ResultSet set = load_with_progress(options.paths, options.reading);
  for (const metrics::FileProblem& problem : set.problems) {
    complain("report", fmt::format("{}: {}", problem.path.string(), problem.what));
  }
  if (!set.problems.empty()) return kFailed;
  if (!set.lone.empty() || !set.runs.empty()) {
    complain("report", "--hgrm OUT takes interval logs alone; leave the other files out");
    return kFailed;
  }
  try {
    const std::vector<Total> totals = totals_of(set.logs, options.target);
    for (const Total& total : totals) {
      refuse_to_destroy(total.target);
    }
    for (const Total& total : totals) {
      if (total.log->unit_assumed) {
        complain("report",
                 fmt::format("warning: {}: the log names no unit; nanoseconds are assumed "
                             "(--unit says otherwise)",
                             total.log->path.string()));
      }
      metrics::write_file_atomically(
          total.target, metrics::write_hgrm(metrics::scaled(total.stream->total.histogram(),
                                                            total.log->ns_per_unit),
                                            kNsPerMs, metrics::values_metadata(total.source)));
    }
    return kDone;
  } catch (const metrics::FileError& error) {
    complain("report", error.what());
  } catch (const std::invalid_argument& error) {
    complain("report", error.what());
  }
  return kFailed;
}

}  // namespace walbench::tools
