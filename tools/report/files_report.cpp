#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "metrics/analysis/findings.hpp"
#include "metrics/files/file_error.hpp"
#include "metrics/files/whole_file.hpp"
#include "metrics/publish/report_json.hpp"
#include "metrics/result/key.hpp"
#include "metrics/result/result_files.hpp"
#include "metrics/result/result_set.hpp"
#include "tools/document/figures_table.hpp"
#include "tools/document/report_document.hpp"
#include "tools/program/exit_code.hpp"
#include "tools/program/output.hpp"
#include "tools/render/csv.hpp"
#include "tools/render/html_page.hpp"
#include "tools/render/markdown.hpp"
#include "tools/render/terminal.hpp"
#include "tools/report/reading_progress.hpp"
#include "tools/report/report_commands.hpp"

namespace walbench::tools {
namespace {

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

void publish_page(const Document& document, const std::filesystem::path& target) {
  const std::string page = render_html(document, metrics::walbench_version());
  if (target == "-") {
    write_output(page);
  } else {
    metrics::write_file_atomically(target, page);
  }
}

void print(const metrics::ResultSet& set, const std::vector<metrics::Findings>& findings,
           const ReportFiles& options) {
  switch (options.format) {
    case ReportFormat::table: {
      TerminalStyle style{.details = options.details, .plot = {}};
      if (options.plot) style.plot = detect_plot_style();
      render_terminal(document_of(set, findings, options.reading.percentiles,
                                  options.details ? Extent::everything : Extent::answers),
                      style, write_output);
      break;
    }
    case ReportFormat::markdown:
      write_output(render_markdown(document_of(set, findings, options.reading.percentiles)));
      break;
    case ReportFormat::json:
      metrics::write_report_json(set, findings, write_output, options.reading.percentiles);
      break;
    case ReportFormat::csv:
      write_csv(figures_table(set, options.reading.percentiles), write_output);
      break;
  }
}

/// A configuration that limits are held against, with its verdicts.
struct Judged {
  const metrics::ConfigurationResult& configuration;
  const metrics::ConfigurationFindings& findings;
};

/// Every configuration that was read, and the baselines of mitigations.
std::vector<Judged> judged_in(const metrics::ResultSet& set,
                              const std::vector<metrics::Findings>& findings) {
  std::vector<Judged> all;
  for (std::size_t run = 0; run < set.runs.size(); ++run) {
    const metrics::LoadedRun& of_run = set.runs[run];
    for (std::size_t index = 0; index < of_run.configurations.size(); ++index) {
      all.push_back({of_run.configurations[index], findings[run].configurations[index]});
    }
    for (std::size_t index = 0; index < of_run.mitigations.size(); ++index) {
      all.push_back(
          {of_run.mitigations[index].baseline.pooled, findings[run].mitigations[index].baseline});
    }
  }
  return all;
}

/// The failures that the limits lead to, a line each; nothing, after a complaint, if one of them
/// concerns nothing.
std::optional<std::vector<std::string>> failures_of(const std::vector<metrics::Limit>& limits,
                                                    const std::vector<Judged>& judged) {
  std::vector<std::string> failures;
  bool all_concern_something = true;
  for (const metrics::Limit& limit : limits) {
    bool concerns = false;
    for (const Judged& each : judged) {
      const auto& verdicts = each.findings.verdicts;
      const auto verdict = std::ranges::find(verdicts, limit.name, &metrics::LimitVerdict::limit);
      if (verdict == verdicts.end()) continue;
      concerns = true;
      if (verdict->passed) continue;
      failures.push_back(fmt::format("limit '{}' failed for {}: {}", limit.name,
                                     metrics::configuration_label(each.configuration.planned),
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
  const metrics::ResultSet set = load_with_progress(options.paths, options.reading.files);
  const std::vector<metrics::Findings> findings = metrics::analyse_each(set.runs, options.limits);
  const auto failures = failures_of(options.limits, judged_in(set, findings));
  if (!failures && set.problems.empty()) return kWrongUsage;
  if (options.html) {
    publish_page(document_of(set, findings, options.reading.percentiles), *options.html);
  } else {
    print(set, findings, options);
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
