// report: tells what .hgrm files hold.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>
#include <vector>

#include "metrics/hgrm.hpp"
#include "metrics/result_json.hpp"
#include "metrics/result_set.hpp"
#include "metrics/results_folder.hpp"
#include "tools/exit_code.hpp"
#include "tools/interval_tables.hpp"
#include "tools/output.hpp"
#include "tools/report_options.hpp"
#include "tools/result_tables.hpp"
#include "tools/study_tables.hpp"
#include "tools/text.hpp"
#include "tools/value_column.hpp"

namespace walbench::tools {
namespace {

constexpr double kNsPerMs = 1e6;
constexpr std::array kPercentiles = {0.5, 0.95, 0.99, 0.999};

void complain(std::string_view what) {
  write_error(fmt::format("report: {}\n", printable(what)));
}

std::string render_loaded(const metrics::LoadedRun& run, bool details) {
  return fmt::format("run {} ({})\n\n{}\n", printable(run.run_id), printable(run.timestamp),
                     render_run(run.configurations, run.mitigations, details));
}

std::string render_not_compared(const metrics::NotCompared& refusal) {
  const metrics::ConfigurationPlanned& planned = refusal.mitigation->planned;
  return printable(fmt::format("no before/after for c={} {} {}: {}", planned.threads,
                               planned.profile, planned.strategy, refusal.why)) +
         "\n\n";
}

std::string render_lone(const metrics::LoneDistribution& lone) {
  const metrics::HgrmFile& file = lone.file;
  std::vector<std::string> cells;
  for (const double share : kPercentiles) {
    const double value =
        file.histogram
            ? static_cast<double>(file.histogram->value_at_percentile(100 * share)) / kNsPerMs
            : file.value_at_percentile(share);
    cells.push_back(file.histogram ? format_milliseconds(value) : fmt::format("{:.3f}", value));
  }
  const double last_row = file.rows.empty() ? 0 : file.rows.back().value;
  cells.push_back(file.histogram
                      ? format_milliseconds(static_cast<double>(file.histogram->max()) / kNsPerMs)
                      : fmt::format("{:.3f}", file.max.value_or(last_row)));
  TextTable table(
      {file.histogram ? "ms" : "unit of the file", "P50", "P95", "P99", "P99.9", "max"});
  cells.insert(cells.begin(), "value");
  table.add_row(std::move(cells));
  return fmt::format(
      "{}: {} samples, {}\n{}\n", printable(lone.path.string()), with_thousands(file.total_count),
      file.histogram ? "exact" : "approximate (percentiles from the rows of another program)",
      table.str(2));
}

int report_files(const ReportFiles& options) {
  const metrics::ResultSet set = metrics::load_results(options.paths);
  for (const metrics::LoadedRun& run : set.runs) {
    write_output(render_loaded(run, options.details));
  }
  for (const auto& outcome : metrics::find_comparisons(set)) {
    if (const auto* const comparison = std::get_if<metrics::Comparison>(&outcome)) {
      write_output(render_comparison(*comparison) + "\n");
    } else {
      write_output(render_not_compared(std::get<metrics::NotCompared>(outcome)));
    }
  }
  for (const metrics::LoneDistribution& lone : set.lone) {
    write_output(render_lone(lone));
  }
  for (const metrics::LoadedLog& log : set.logs) {
    write_output(render_log(log, options.details) + "\n");
  }
  for (const metrics::FileProblem& problem : set.problems) {
    complain(fmt::format("{}: {}", problem.path.string(), problem.what));
  }
  return set.problems.empty() ? kDone : kFailed;
}

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

int report_values(const ReportValues& options) {
  std::error_code ignored;
  if (std::filesystem::equivalent(options.source, options.target, ignored)) {
    complain(fmt::format("'{}' is the column itself; name another file with --hgrm",
                         options.target.string()));
    return kFailed;
  }
  try {
    const metrics::Histogram histogram = read_values(options);
    if (histogram.total_count() == 0) complain("warning: there are no values; the file is empty");
    metrics::write_file_atomically(
        options.target,
        metrics::write_hgrm(histogram, kNsPerMs, metrics::values_metadata(options.source)));
    return kDone;
  } catch (const ValueColumnError& error) {
    complain(fmt::format("{}: {}", options.source, error.what()));
  } catch (const metrics::ResultsError& error) {
    complain(error.what());
  }
  return kFailed;
}

int run_report(const std::vector<std::string>& arguments) {
  const auto parsed = parse_report_options(arguments);
  if (const auto* const end = std::get_if<ParseEnd>(&parsed)) return end->tell();
  if (const auto* const values = std::get_if<ReportValues>(&parsed)) return report_values(*values);
  return report_files(std::get<ReportFiles>(parsed));
}

}  // namespace
}  // namespace walbench::tools

int main(int argc, char** argv) {
  using namespace walbench::tools;
  survive_closed_pipes();
  try {
    return run_report(std::vector<std::string>(argv + std::min(argc, 1), argv + argc));
  } catch (const std::exception& error) {
    complain(error.what());
    return kFailed;
  }
}
