#include "tools/report/files_report.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "metrics/analysis/limit_verdicts.hpp"
#include "metrics/files/file_error.hpp"
#include "metrics/files/whole_file.hpp"
#include "metrics/publish/report_json.hpp"
#include "metrics/result/result_files.hpp"
#include "metrics/result/result_set.hpp"
#include "tools/document/interval_tables.hpp"
#include "tools/document/report_document.hpp"
#include "tools/document/result_tables.hpp"
#include "tools/document/study_tables.hpp"
#include "tools/program/exit_code.hpp"
#include "tools/program/output.hpp"
#include "tools/program/text.hpp"
#include "tools/render/csv.hpp"
#include "tools/render/html_report.hpp"
#include "tools/render/markdown.hpp"
#include "tools/render/plot_style.hpp"
#include "tools/render/report_plots.hpp"
#include "tools/report/reading_progress.hpp"

namespace walbench::tools {
namespace {

std::string render_loaded(const metrics::LoadedRun& run, bool details) {
  return fmt::format("run {} ({})\n\n{}\n", printable(run.run_id), printable(run.timestamp),
                     render_run(run.configurations, run.mitigations, details));
}

std::string render_lone(const metrics::LoneDistribution& lone) {
  const metrics::HgrmFile& file = lone.file;
  TextTable table({printable(file.unit_told()), "P50", "P95", "P99", "P99.9", "max"});
  std::vector<std::string> cells = {"value"};
  for (const double percentile : {50.0, 95.0, 99.0, 99.9, 100.0}) {
    const double value = file.told_at_percentile(percentile);
    cells.push_back(file.histogram ? format_milliseconds(value) : fmt::format("{:.3f}", value));
  }
  table.add_row(std::move(cells));
  return fmt::format(
      "{}: {} samples, {}\n{}\n", printable(lone.path.string()), with_thousands(file.total_count),
      file.histogram ? "exact" : "approximate (percentiles from the rows of another program)",
      table.str(2));
}

void print_tables(const metrics::ResultSet& set, const ReportFiles& options) {
  for (const metrics::LoadedRun& run : set.runs) {
    write_output(render_loaded(run, options.details));
    if (options.plot) write_output(plot_run(run, detect_plot_style()));
  }
  for (const metrics::LoneDistribution& lone : set.lone) {
    write_output(render_lone(lone));
  }
  if (options.plot) write_output(plot_lone(set.lone, detect_plot_style()));
  for (const metrics::LoadedLog& log : set.logs) {
    tell_log(log, options.details, write_output);
    write_output("\n");
  }
}

bool is_page_of_ours(const std::filesystem::path& path) {
  std::string beginning(4096, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  return beginning.find(kPageMark) != std::string::npos;
}

/// Throws FileError where writing there would destroy a measurement, as where OUT was forgotten
/// and the first of FILES taken for it.
void refuse_to_destroy(const ReportFiles& options) {
  const std::filesystem::path& target = *options.html;
  std::error_code ignored;
  std::vector<metrics::FileProblem> problems;
  for (const auto& file : metrics::expand_folders(options.paths, problems)) {
    if (std::filesystem::equivalent(target, file, ignored)) {
      throw metrics::FileError(fmt::format(
          "--html OUT FILES...: '{}' is one of the files; name another OUT", target.string()));
    }
  }
  if (std::filesystem::is_regular_file(target, ignored) && !is_page_of_ours(target)) {
    throw metrics::FileError(
        fmt::format("--html OUT FILES...: '{}' exists and is no page that report wrote; name "
                    "another OUT, or remove it",
                    target.string()));
  }
}

void publish_page(const metrics::ResultSet& set, const std::filesystem::path& target) {
  const std::string page = render_html(
      document_of(set), metrics::report_json(set, metrics::analyse_each(set.runs), page_detail()));
  if (target == "-") {
    write_output(page);
  } else {
    metrics::write_file_atomically(target, page);
  }
}

void print(const metrics::ResultSet& set, const ReportFiles& options) {
  switch (options.format) {
    case ReportFormat::table: print_tables(set, options); break;
    case ReportFormat::markdown: write_output(render_markdown(document_of(set))); break;
    case ReportFormat::json:
      metrics::write_report_json(set, metrics::analyse_each(set.runs), {}, write_output);
      break;
    case ReportFormat::csv: write_csv(set, write_output); break;
  }
}

/// Every configuration that was read, and the baselines of mitigations.
std::vector<const metrics::ConfigurationResult*> judged_in(const metrics::ResultSet& set) {
  std::vector<const metrics::ConfigurationResult*> all;
  for (const metrics::LoadedRun& run : set.runs) {
    for (const auto& each : run.configurations) {
      all.push_back(&each);
    }
    for (const auto& each : run.mitigations) {
      all.push_back(&each.baseline.pooled);
    }
  }
  return all;
}

/// The failures that the limits lead to, a line each; nothing, after a complaint, if one of them
/// concerns nothing.
std::optional<std::vector<std::string>> failures_of(const std::vector<metrics::Limit>& limits,
                                                    const metrics::ResultSet& set) {
  std::vector<std::string> failures;
  bool all_concern_something = true;
  for (const metrics::Limit& limit : limits) {
    bool concerns = false;
    for (const metrics::ConfigurationResult* const each : judged_in(set)) {
      const auto verdict = metrics::judge_limit(limit, *each);
      concerns = concerns || verdict.has_value();
      if (!verdict || verdict->passed) continue;
      failures.push_back(fmt::format("limit '{}' failed for {}: {}", limit.name,
                                     metrics::configuration_label(each->planned),
                                     verdict->evidence));
    }
    if (concerns) continue;
    complain("report",
             fmt::format("--fail-if '{}': no configuration in these files has this figure; name "
                         "files of that segment, too, or leave the limit out",
                         limit.name));
    all_concern_something = false;
  }
  return all_concern_something ? std::optional(failures) : std::nullopt;
}

}  // namespace

int report_files(const ReportFiles& options) {
  if (options.html) refuse_to_destroy(options);
  const metrics::ResultSet set = load_with_progress(options.paths);
  const auto failures = failures_of(options.limits, set);
  if (!failures && set.problems.empty()) return kWrongUsage;
  if (options.html) {
    publish_page(set, *options.html);
  } else {
    print(set, options);
  }
  for (const metrics::FileProblem& problem : set.problems) {
    complain("report", fmt::format("{}: {}", problem.path.string(), problem.what));
  }
  if (!failures || !set.problems.empty()) return kFailed;
  for (const std::string& failure : *failures) {
    complain("report", failure);
  }
  return failures->empty() ? kDone : kLimitFailed;
}

}  // namespace walbench::tools
