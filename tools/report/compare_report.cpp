#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>

#include "metrics/analysis/limit_verdicts.hpp"
#include "metrics/comparison/distribution_comparison.hpp"
#include "metrics/comparison/run_comparison.hpp"
#include "metrics/publish/distribution_comparison_json.hpp"
#include "metrics/publish/run_comparison_json.hpp"
#include "metrics/result/key.hpp"
#include "metrics/result/result_set.hpp"
#include "tools/document/cells.hpp"
#include "tools/document/comparison_document.hpp"
#include "tools/document/distributions_document.hpp"
#include "tools/program/exit_code.hpp"
#include "tools/program/output.hpp"
#include "tools/program/text.hpp"
#include "tools/render/csv.hpp"
#include "tools/render/markdown.hpp"
#include "tools/render/terminal.hpp"
#include "tools/report/reading_progress.hpp"
#include "tools/report/report_commands.hpp"

namespace walbench::tools {
namespace {

void complain(std::string_view what) {
  tools::complain("report", what);
}

metrics::ResultSet load(const std::vector<std::filesystem::path>& paths,
                        const metrics::Reading& reading) {
  metrics::ResultSet set = load_with_progress(paths, reading);
  for (const metrics::FileProblem& problem : set.problems) {
    complain(fmt::format("{}: {}", problem.path.string(), problem.what));
  }
  return set;
}

/// The two sides of a comparison.
struct Sides {
  metrics::ResultSet before;
  metrics::ResultSet after;
};

int print_distributions(const Sides& sides, const ReportCompare& options) {
  const metrics::DistributionComparison comparison = metrics::compare_distributions(
      sides.before, sides.after, or_shown(options.reading.percentiles));
  for (const std::string& sentence : comparison.left_out) {
    if (options.format != ReportFormat::table) complain("left out: " + sentence);
  }
  if (comparison.changes.empty()) {
    complain(
        "nothing to compare: no distribution and no tag of a log has one counterpart on the "
        "other side with the same name and unit; --unit says what files leave open");
    return kFailed;
  }
  const Document document = distributions_document(comparison);
  switch (options.format) {
    case ReportFormat::table: render_terminal(document, {}, write_output); break;
    case ReportFormat::markdown: write_output(render_markdown(document)); break;
    case ReportFormat::json: write_output(metrics::distribution_comparison_json(comparison)); break;
    case ReportFormat::csv: write_csv(distribution_changes(comparison), write_output); break;
  }
  return sides.before.problems.empty() && sides.after.problems.empty() ? kDone : kFailed;
}

/// The configurations on a side; if there are none, the files that cannot be compared.
std::string side_text(const std::vector<std::string>& labels, const metrics::ResultSet& set) {
  if (!labels.empty()) return fmt::format("{}", fmt::join(labels, "; "));
  std::vector<std::string> others;
  if (!set.lone.empty()) {
    others.push_back(counted(set.lone.size(), "file") + " from --values or another program");
  }
  if (!set.logs.empty()) others.push_back(counted(set.logs.size(), "file") + " of intervals");
  for (const metrics::LoadedRun& run : set.runs) {
    for (const metrics::RunFailure& each : run.failures) {
      others.push_back("a measurement that failed (" + each.sentence + ")");
    }
  }
  if (others.empty() && !set.runs.empty()) {
    others.emplace_back("files of mitigations, which are comparisons already");
  }
  if (others.empty()) return "nothing";
  return fmt::format("nothing but {}", fmt::join(others, ", "));
}

/// True if these may be compared; complains if not.
bool may_compare(const metrics::RunMatch& match, const Sides& sides, bool force) {
  if (match.matched.empty()) {
    complain(fmt::format(
        "nothing to compare: before there is {}; after there is {}. Name .hgrm files of bench of "
        "the "
        "same threads, profile and strategy on both sides, or other distributions and logs alone",
        side_text(match.only_before, sides.before), side_text(match.only_after, sides.after)));
    return false;
  }
  for (const std::string& reason : match.forbidding) {
    complain("not compared, not even with --force: " + reason);
  }
  if (!match.forbidding.empty()) return false;
  if (match.differences.empty() || force) return true;
  for (const std::string& difference : match.differences) {
    complain("not measured alike: " + difference);
  }
  complain("not compared; measure both sides alike, or compare them all the same with --force");
  return false;
}

/// A fixed limit on each run of the second measurement.
std::vector<metrics::ChangeVerdict> judge_after(const metrics::Limit& limit,
                                                const metrics::RunMatch& match) {
  std::vector<metrics::ChangeVerdict> verdicts;
  for (const metrics::MatchedRuns& runs : match.matched) {
    for (const auto& run : runs.after) {
      if (const auto found = metrics::judge_limit(limit, *run.configuration)) {
        verdicts.push_back(
            {found->limit, metrics::configuration_label(run.configuration->planned),
             found->passed ? metrics::LimitOutcome::passed : metrics::LimitOutcome::failed,
             found->evidence});
      }
    }
  }
  return verdicts;
}

/// Runs that failed have no figures that a limit could be held against.
void doubt_what_passed(std::vector<metrics::ChangeVerdict>& verdicts,
                       const metrics::RunComparison& comparison) {
  for (const metrics::ConfigurationChange& each : comparison.configurations) {
    if (each.failed_after == 0) continue;
    const std::string after = metrics::configuration_label(each.after);
    for (metrics::ChangeVerdict& verdict : verdicts) {
      const bool concerned = verdict.configuration == each.label || verdict.configuration == after;
      if (verdict.outcome != metrics::LimitOutcome::passed || !concerned) continue;
      verdict.outcome = metrics::LimitOutcome::undecided;
      verdict.evidence += fmt::format("; but {}", each.failures.back());
    }
  }
}

/// The verdicts of all limits; nothing, after a complaint, if one of them concerns nothing.
std::optional<std::vector<metrics::ChangeVerdict>> judge_limits(
    const std::vector<metrics::Limit>& limits, const metrics::RunMatch& match,
    const metrics::RunComparison& comparison) {
  std::vector<metrics::ChangeVerdict> verdicts;
  bool all_concern_something = true;
  for (const metrics::Limit& limit : limits) {
    const std::vector<metrics::ChangeVerdict> found =
        limit.relative ? metrics::judge_change(limit, comparison) : judge_after(limit, match);
    if (found.empty()) {
      complain(
          fmt::format("--fail-if '{}': no configuration that was compared has this figure; "
                      "name files of that segment, too, or leave the limit out",
                      limit.name));
      all_concern_something = false;
    }
    verdicts.insert(verdicts.end(), found.begin(), found.end());
  }
  doubt_what_passed(verdicts, comparison);
  return all_concern_something ? std::optional(verdicts) : std::nullopt;
}

void print(const metrics::RunMatch& match, const metrics::RunComparison& comparison,
           const std::vector<metrics::ChangeVerdict>& limits, ReportFormat format) {
  if (format == ReportFormat::json) {
    write_output(metrics::run_comparison_json(match, comparison, limits));
    return;
  }
  const Document document = comparison_document(match, comparison, limits);
  if (format == ReportFormat::table) render_terminal(document, {}, write_output);
  if (format == ReportFormat::markdown) write_output(render_markdown(document));
  if (format != ReportFormat::csv) return;
  write_csv(comparison_figures(comparison), write_output);
  // These are not rows of the table.
  for (const std::string& difference : match.differences) {
    complain("not measured alike, compared by force: " + difference);
  }
  for (const metrics::ChangeVerdict& verdict : limits) {
    write_error(printable(limit_sentence(verdict).text) + "\n");
  }
}

}  // namespace

int report_compare(const ReportCompare& options) {
  const Sides sides{.before = load(options.base, options.reading.files),
                    .after = load(options.with, options.reading.files)};
  if (sides.before.runs.empty() && sides.after.runs.empty()) {
    if (options.limits.empty()) return print_distributions(sides, options);
    complain("--fail-if needs files of bench on both sides");
    return kWrongUsage;
  }
  const metrics::RunMatch match = metrics::match_runs(sides.before, sides.after);
  if (!may_compare(match, sides, options.force)) return kFailed;
  std::vector<metrics::Limit> relative;
  std::ranges::copy_if(options.limits, std::back_inserter(relative), &metrics::Limit::relative);
  const metrics::RunComparison comparison = metrics::compare_runs(match, relative);
  const auto limits = judge_limits(options.limits, match, comparison);
  if (!limits) return kWrongUsage;
  print(match, comparison, *limits, options.format);
  if (!sides.before.problems.empty() || !sides.after.problems.empty()) return kFailed;
  const bool failed = std::ranges::find(*limits, metrics::LimitOutcome::failed,
                                        &metrics::ChangeVerdict::outcome) != limits->end();
  return failed ? kLimitFailed : kDone;
}

}  // namespace walbench::tools
