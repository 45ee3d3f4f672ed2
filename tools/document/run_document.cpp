#include "tools/document/run_document.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "metrics/analysis/findings.hpp"
#include "metrics/duration.hpp"
#include "tools/document/change_text.hpp"
#include "tools/document/document_cells.hpp"
#include "tools/document/mitigation_document.hpp"
#include "tools/document/result_tables.hpp"
#include "tools/document/scaling_tables.hpp"
#include "tools/document/surroundings_document.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

using metrics::ConfigurationResult;
using metrics::LoadedRun;
using metrics::MitigationResult;
using metrics::Segment;
using Kind = DocumentFigure::Kind;
using Row = std::vector<DocumentCell>;

std::string label(const ConfigurationResult& configuration) {
  return metrics::configuration_label(configuration.planned);
}

/// What a run is about, before any figure of it.
std::string what_was_measured(const LoadedRun& run) {
  std::string text = fmt::format("Run {}, begun {}", run.run_id, run.timestamp);
  if (run.environment) {
    text += fmt::format(", on {} ({} CPUs, {})", run.environment->cpu_model,
                        run.environment->cpu_count, run.environment->file_system);
  }
  text += fmt::format(": {} configuration{}", run.configurations.size(),
                      run.configurations.size() == 1 ? "" : "s");
  if (run.mitigations.empty()) return text + ".";
  return text + fmt::format(", {} mitigation{}.", run.mitigations.size(),
                            run.mitigations.size() == 1 ? "" : "s");
}

const ConfigurationResult* fastest(const LoadedRun& run) {
  const auto found = std::ranges::max_element(
      run.configurations, {}, [](const auto& each) { return each.transitions_per_second(); });
  return found == run.configurations.end() ? nullptr : &*found;
}

void add_verdicts(const LoadedRun& run, DocumentSection& section) {
  std::size_t passed = 0;
  std::vector<std::string> failed;
  for (const ConfigurationResult& each : run.configurations) {
    for (const metrics::LimitVerdict& verdict : each.verdicts) {
      passed += verdict.passed ? 1U : 0U;
      if (verdict.passed) continue;
      failed.push_back(
          fmt::format("FAIL {} of {}: {}", verdict.limit, label(each), verdict.evidence));
    }
  }
  if (passed + failed.size() == 0) return;
  section.blocks.emplace_back(
      fmt::format("Gates: {} of {} passed.", passed, passed + failed.size()));
  std::ranges::move(failed, std::back_inserter(section.blocks));
}

DocumentSection summary(const LoadedRun& run, const metrics::Findings& findings,
                        const std::string& suffix) {
  DocumentSection section{"Summary" + suffix, false, {what_was_measured(run)}};
  if (const auto& recommendation = findings.recommendation) {
    std::string lead = "Recommendation: ";
    for (const std::string& sentence : recommendation->sentences) {
      section.blocks.emplace_back(lead + sentence);
      lead.clear();
    }
  }
  if (const auto& bottleneck = findings.bottleneck) {
    section.blocks.emplace_back(fmt::format("Bottleneck: {}; root cause: {}. {}",
                                            bottleneck->segment, bottleneck->root_cause,
                                            bottleneck->evidence));
  }
  if (const ConfigurationResult* const best = fastest(run)) {
    section.blocks.emplace_back(fmt::format("Most throughput: {} with {} transitions/s.",
                                            label(*best),
                                            with_thousands(best->transitions_per_second())));
  }
  if (const auto& needed = findings.busy_timeout) {
    section.blocks.emplace_back(metrics::busy_timeout_sentence(*needed));
  }
  add_verdicts(run, section);
  if (const auto& criteria = findings.gate_report) {
    for (const metrics::Criterion& criterion : *criteria) {
      section.blocks.emplace_back(fmt::format("{} {}: {}", criterion.passed ? "PASS" : "FAIL",
                                              criterion.name, criterion.evidence));
    }
  }
  return section;
}

Row overview_row(const ConfigurationResult& each) {
  Row row = {{label(each), {}},
             {metrics::format_duration(std::chrono::nanoseconds(each.elapsed_ns)),
              static_cast<double>(each.elapsed_ns)},
             rate_cell(each.transitions_per_second()),
             rate_cell(each.commits_per_second())};
  for (const double percentile : {50.0, 95.0, 99.0, 99.9, 100.0}) {
    row.push_back(percentile_cell(each.find(Segment::fsm_net), percentile));
  }
  row.push_back(percentile_cell(each.find(Segment::lock_wait), 95));
  row.push_back(bytes_cell(each.wal.growth_bytes));
  const auto share = each.ceiling_share();
  row.push_back(share ? DocumentCell{fmt::format("{:.2f}", *share), share} : DocumentCell{"-", {}});
  const bool passed = std::ranges::all_of(each.verdicts, &metrics::LimitVerdict::passed);
  row.push_back({each.verdicts.empty() ? "-" : passed ? "PASS" : "FAIL", {}});
  return row;
}

DocumentSection overview(const LoadedRun& run, std::size_t index, const std::string& suffix) {
  DocumentTable table{
      "Configurations (fsm_net and lock_wait in ms)",
      {"configuration", "elapsed", "transitions/s", "commits/s", "net P50", "net P95", "net P99",
       "net P99.9", "net max", "lock P95", "WAL growth", "of ceiling", "gates"},
      {}};
  for (const ConfigurationResult& each : run.configurations) {
    table.rows.push_back(overview_row(each));
  }
  return {
      "Latency and throughput" + suffix,
      false,
      {DocumentFigure{Kind::curves, index,
                      "Latency by percentile. To the right lie the slowest: at 99 % stands what "
                      "one in a hundred took longer than. A curve ends at the slowest sample.",
                      "Percentile curves of the configurations in the table that follows."},
       std::move(table)}};
}

DocumentSection breakdown(const LoadedRun& run, const metrics::Findings& findings,
                          std::size_t index, const std::string& suffix) {
  DocumentTable table{
      "Shares of the mean fsm_net",
      {"configuration", "mean ms", "waiting", "working", "checkpointing", "syncing", "unexplained"},
      {}};
  for (std::size_t place = 0; place < run.configurations.size(); ++place) {
    const auto& parts = findings.configurations[place].breakdown;
    if (!parts) continue;
    const ConfigurationResult& each = run.configurations[place];
    Row row = {{label(each), {}}, milliseconds_cell(parts->net_ns)};
    for (const metrics::Spent spent : {metrics::Spent::waiting, metrics::Spent::working,
                                       metrics::Spent::checkpointing, metrics::Spent::syncing}) {
      row.push_back(percent_cell(parts->share(spent)));
    }
    row.push_back(percent_cell(parts->unexplained));
    table.rows.push_back(std::move(row));
  }
  DocumentSection section{"Where the time goes" + suffix, false, {}};
  if (table.rows.empty()) return section;
  section.blocks.emplace_back(DocumentFigure{
      Kind::breakdown, index, "What the mean lifecycle's time, less its API calls, was spent on.",
      "Stacked bars; the shares are in the table that follows."});
  section.blocks.emplace_back(std::move(table));
  return section;
}

DocumentSection scaling(const metrics::Findings& findings, std::size_t index,
                        const std::string& suffix) {
  DocumentSection section{"Scaling" + suffix, false, {}};
  for (const metrics::Scaling& each : findings.scaling) {
    if (section.blocks.empty()) {
      section.blocks.emplace_back(
          DocumentFigure{Kind::scaling, index,
                         "Throughput by concurrency: measured (points) and by the Universal "
                         "Scalability Law (line) where it could be fitted.",
                         "Throughput by number of threads, as in the tables that follow."});
    }
    DocumentTable table{each.profile + " " + each.strategy,
                        {"figure", "threads", "before", "after", "exponent", "growth"},
                        {},
                        true};
    for (const metrics::Growth& growth : each.growths) {
      table.rows.push_back({{std::string(growth.figure), {}},
                            {fmt::format("{} -> {}", growth.threads_before, growth.threads_after),
                             static_cast<double>(growth.threads_before)},
                            {figure_text(growth.figure, growth.before), growth.before},
                            {figure_text(growth.figure, growth.after), growth.after},
                            {fmt::format("{:+.2f}", growth.exponent()), growth.exponent()},
                            {std::string(growth.kind()), {}}});
    }
    section.blocks.emplace_back(std::move(table));
    section.blocks.emplace_back(
        fmt::format("{}. {}.", bottleneck_sentence(each), fmt::join(law_sentences(each), "; ")));
  }
  return section;
}

DocumentSection wal(const LoadedRun& run, std::size_t index, const std::string& suffix) {
  DocumentTable table{
      "What was written",
      {"configuration", "WAL growth", "WAL peak", "frames", "frames/commit", "checkpoints",
       "their time ms", "longest ms", "WAL syncs", "database syncs", "written/changed"},
      {}};
  for (const ConfigurationResult& each : run.configurations) {
    const metrics::WalFigures& figures = each.wal;
    const auto amplification = metrics::write_amplification(each);
    table.rows.push_back({{label(each), {}},
                          bytes_cell(figures.growth_bytes),
                          bytes_cell(figures.peak_bytes),
                          count_cell(figures.frames),
                          ratio_cell(figures.frames, each.commits),
                          count_cell(figures.checkpoints),
                          milliseconds_cell(static_cast<double>(figures.checkpoint_ns)),
                          milliseconds_cell(static_cast<double>(figures.checkpoint_longest_ns)),
                          count_cell(figures.wal_syncs),
                          count_cell(figures.db_syncs),
                          amplification ? rate_cell(*amplification) : DocumentCell{"-", {}}});
  }
  return {"WAL and checkpoints" + suffix,
          false,
          {DocumentFigure{Kind::wal, index, "By how much the WAL grew, and checkpoints.",
                          "WAL growth, peak and checkpoints, as in the table that follows."},
           std::move(table)}};
}

DocumentTable segments(const ConfigurationResult& configuration, const std::string& side) {
  DocumentTable table{side + label(configuration) + ", ms",
                      {"segment", "samples", "P50", "P95", "P99", "P99.9", "max", "mean"},
                      {}};
  for (const metrics::SegmentHistogram& each : configuration.segments) {
    Row row = {{std::string(metrics::segment_name(each.segment)), {}},
               count_cell(each.histogram.total_count())};
    for (const double percentile : {50.0, 95.0, 99.0, 99.9, 100.0}) {
      row.push_back(percentile_cell(&each.histogram, percentile));
    }
    row.push_back(milliseconds_cell(each.histogram.mean()));
    table.rows.push_back(std::move(row));
  }
  return table;
}

DocumentSection details(const LoadedRun& run, const std::string& suffix) {
  DocumentSection section{"Every segment" + suffix, true, {}};
  for (const ConfigurationResult& each : run.configurations) {
    section.blocks.emplace_back(segments(each, ""));
  }
  for (const MitigationResult& each : run.mitigations) {
    section.blocks.emplace_back(segments(each.baseline.pooled, "before " + each.info.name + ": "));
    section.blocks.emplace_back(segments(each.mitigation.pooled, "after " + each.info.name + ": "));
  }
  return section;
}

}  // namespace

RunDocument run_document(const LoadedRun& run, std::size_t index, bool named) {
  const std::string suffix = named ? ", run " + run.run_id : "";
  const metrics::Findings findings = metrics::analyse(run);
  RunDocument document{{summary(run, findings, suffix)}, {}};
  const auto add = [&](DocumentSection&& section) {
    if (!section.blocks.empty()) document.sections.push_back(std::move(section));
  };
  if (!run.configurations.empty()) {
    add(overview(run, index, suffix));
    add(breakdown(run, findings, index, suffix));
    add(scaling(findings, index, suffix));
  }
  add(mitigation_section(run, findings, index, suffix));
  if (!run.configurations.empty()) add(wal(run, index, suffix));
  document.appendix.push_back(details(run, suffix));
  document.appendix.push_back(surroundings_section(run, suffix));
  return document;
}

}  // namespace walbench::tools
