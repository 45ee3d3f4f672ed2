#include "tools/document/report_document.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "metrics/comparison/run_match.hpp"
#include "tools/document/advice_document.hpp"
#include "tools/document/cells.hpp"
#include "tools/document/configuration_document.hpp"
#include "tools/document/environment_document.hpp"
#include "tools/document/figures_table.hpp"
#include "tools/document/log_document.hpp"
#include "tools/document/missing_document.hpp"
#include "tools/document/outcomes_document.hpp"
#include "tools/document/study_document.hpp"

namespace walbench::tools {
namespace {

/// The sections of a run: answers and evidence, and details for the end of the document.
class RunSections {
 public:
  explicit RunSections(Extent extent) : with_details_(extent == Extent::everything) {}

  /// Builds a section, unless it belongs to the details and they are not wanted.
  template <typename Build>
  void add(bool details, const Build& build) {
    if (details && !with_details_) return;
    Section section = build();
    if (section.blocks.empty()) return;
    section.details = details;
    (details ? details_ : first_).push_back(std::move(section));
  }
  void add(Section&& section) {
    add(false, [&]() -> Section&& { return std::move(section); });
  }

  std::vector<Section>& first() { return first_; }
  std::vector<Section>& details() { return details_; }

 private:
  bool with_details_;
  std::vector<Section> first_;
  std::vector<Section> details_;
};

RunSections sections_of(const RunView& run, Extent extent) {
  RunSections sections(extent);
  sections.add(missing_section(run));
  sections.add(advice_section(run));
  sections.add(summary_section(run));
  sections.add(outcomes_section(run));
  sections.add(overview_section(run));
  sections.add(breakdown_section(run));
  sections.add(scaling_section(run));
  sections.add(mitigations_section(run));
  sections.add(ceiling_section(run));
  sections.add(true, [&] { return wal_section(run); });
  // A run of one configuration is short enough to be shown in full.
  const bool many = run.configurations.size() > 1 || !run.mitigations.empty();
  for (std::size_t index = 0; index < run.configurations.size(); ++index) {
    sections.add(many, [&] {
      return configuration_section(run.configurations[index], run.findings.configurations[index],
                                   "", run.percentiles);
    });
  }
  sections.add(many, [&] { return settings_section(run); });
  const auto add_side = [&](const metrics::RepeatedResult& side,
                            const metrics::ConfigurationFindings& findings,
                            const std::string& before) {
    if (side.repeats.empty()) return;
    sections.add(true, [&] {
      return configuration_section(side.pooled, findings, before, run.percentiles);
    });
  };
  for (std::size_t index = 0; index < run.mitigations.size(); ++index) {
    const metrics::MitigationResult& each = run.mitigations[index];
    const metrics::MitigationFindings& found = run.findings.mitigations[index];
    add_side(each.baseline, found.baseline, "before " + each.info.name + ": ");
    add_side(each.mitigation, found.mitigation, "after " + each.info.name + ": ");
  }
  sections.add(true, [&] { return figures_section(run); });
  sections.add(true, [&] { return environment_section(run); });
  return sections;
}

void append(std::vector<Section>&& from, std::vector<Section>& to) {
  std::ranges::move(from, std::back_inserter(to));
}

Section problems_section(const metrics::ResultSet& set) {
  Table table{"Files that could not be used", {{"file"}, {"why", true}}};
  for (const metrics::FileProblem& problem : set.problems) {
    table.rows.push_back({{problem.path.string(), {}}, {problem.what, {}}});
  }
  return {"Problems", false, {std::move(table)}};
}

std::string title_of(const metrics::ResultSet& set) {
  if (set.runs.size() == 1) return "walbench run " + set.runs.front().run_id;
  if (set.runs.empty()) return "walbench report";
  return "walbench report of " + counted(set.runs.size(), "run");
}

}  // namespace

Document document_of(const metrics::ResultSet& set, const std::vector<metrics::Findings>& findings,
                     const Percentiles& percentiles, Extent extent) {
  Document document{title_of(set)};
  std::vector<Section> details;
  if (const std::vector<std::string> unlike = metrics::unlike_runs(set); !unlike.empty()) {
    Section section{"Runs that are not comparable"};
    for (const std::string& sentence : unlike) {
      section.add(Sentence{sentence, Tone::warning});
    }
    document.sections.push_back(std::move(section));
  }
  for (std::size_t index = 0; index < set.runs.size(); ++index) {
    const metrics::LoadedRun& run = set.runs[index];
    RunSections sections =
        sections_of({.run_id = run.run_id,
                     .timestamp = run.timestamp,
                     .environment_digest = run.environment_digest,
                     .environment = run.environment ? &*run.environment : nullptr,
                     .ceiling = nullptr,
                     .configurations = run.configurations,
                     .mitigations = run.mitigations,
                     .findings = findings[index],
                     .failures = run.failures,
                     .complete = run.complete,
                     .planned = run.planned,
                     .suffix = set.runs.size() > 1 ? ", run " + run.run_id : "",
                     .percentiles = percentiles},
                    extent);
    append(std::move(sections.first()), document.sections);
    append(std::move(sections.details()), details);
  }
  for (const metrics::LoadedLog& log : set.logs) {
    document.sections.push_back(log_section(log, percentiles));
  }
  if (!set.lone.empty()) document.sections.push_back(lone_section(set.lone, percentiles));
  if (!set.problems.empty()) document.sections.push_back(problems_section(set));
  append(std::move(details), document.sections);
  return document;
}

Document document_of(const metrics::RunResult& run, const metrics::Findings& findings,
                     Extent extent) {
  RunSections sections =
      sections_of({.run_id = run.run_id,
                   .timestamp = run.timestamp,
                   .environment_digest = metrics::environment_digest(run.environment),
                   .environment = &run.environment,
                   .ceiling = &run.ceiling,
                   .configurations = run.configurations,
                   .mitigations = run.mitigations,
                   .findings = findings,
                   .failures = run.failures,
                   .complete = run.complete,
                   .planned = run.planned,
                   .suffix = ""},
                  extent);
  Document document{"walbench run " + run.run_id, std::move(sections.first())};
  append(std::move(sections.details()), document.sections);
  return document;
}

}  // namespace walbench::tools
