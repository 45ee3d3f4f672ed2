#include "tools/document/configuration_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "metrics/result/key.hpp"
#include "tools/document/anatomy_document.hpp"
#include "tools/document/cells.hpp"
#include "tools/document/pictures.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

using metrics::ConfigurationFindings;
using metrics::ConfigurationResult;
using metrics::Segment;
using metrics::Spent;

std::string label(const ConfigurationResult& configuration) {
  return metrics::configuration_label(configuration.planned);
}

Row overview_row(const ConfigurationResult& each, const ConfigurationFindings& findings) {
  Row row = {{label(each), {}},
             {duration_text(each.elapsed_ns), static_cast<double>(each.elapsed_ns)},
             rate_cell(each.transitions_per_second()),
             rate_cell(each.commits_per_second())};
  add_percentiles(each.find(Segment::fsm_net), {}, row);
  for (const Segment segment : {Segment::db_total, Segment::lock_wait, Segment::fsm_dispatch}) {
    row.push_back(percentile_cell(each.find(segment), 95));
  }
  row.push_back(bytes_cell(each.wal.growth_bytes));
  row.push_back(ceiling_cell(findings.ceiling_share));
  row.push_back(findings.verdicts.empty() ? Cell{"-", {}}
                                          : verdict_cell(findings.every_limit_met()));
  return row;
}

Row breakdown_row(const ConfigurationResult& each, const metrics::Breakdown& parts) {
  Row row = {{label(each), {}}, milliseconds_cell(parts.net_ns)};
  for (const Spent spent : {Spent::waiting, Spent::working, Spent::checkpointing, Spent::syncing}) {
    row.push_back(percent_cell(parts.share(spent)));
  }
  row.push_back(percent_cell(parts.unexplained));
  return row;
}

/// A row for each part of a breakdown.
void add_parts(const ConfigurationResult& each, const metrics::Breakdown& breakdown, Table& table) {
  for (const metrics::BreakdownPart& part : breakdown.parts) {
    table.rows.push_back({{label(each), {}},
                          {part.name, {}},
                          {std::string(metrics::spent_name(part.spent)), {}},
                          milliseconds_cell(part.mean_ns),
                          percent_cell(part.share)});
  }
}

/// `of`: the name of the stream; empty: the main one.
Table segments_table(const metrics::Stream& stream, const std::string& of,
                     const metrics::Words& words, const Percentiles& percentiles) {
  Table table{of.empty() ? "Segments, ms" : "Segments of " + of + ", ms",
              columns({"segment", "samples"}, percentiles, {"mean"})};
  for (const metrics::SegmentRow& each : metrics::kSegments) {
    const metrics::Histogram* const samples = stream.find(each.segment);
    if (samples == nullptr) continue;
    const std::string indent(2 * metrics::segment_depth(each.segment), ' ');
    Row row = {{indent + std::string(words.segment(each.segment)), {}},
               count_cell(samples->total_count())};
    add_percentiles(samples, percentiles, row);
    row.push_back(samples->total_count() == 0 ? Cell{"-", {}} : milliseconds_cell(samples->mean()));
    table.rows.push_back(std::move(row));
  }
  return table;
}

/// `5 x 818 files`, `25,565 executions of tpcb-like`
std::string work_of(const ConfigurationResult& configuration) {
  if (configuration.runs_scripts()) {
    return fmt::format("{} executions of {}", with_thousands(configuration.iterations_done()),
                       configuration.planned.workload);
  }
  const std::int64_t given_up = configuration.given_up.all();
  return fmt::format(
      "{}{} files{}", configuration.repeats > 1 ? fmt::format("{} x ", configuration.repeats) : "",
      with_thousands(configuration.planned.files),
      given_up == 0 ? "" : fmt::format(", {} NOT INDEXED", with_thousands(given_up)));
}

}  // namespace

Section overview_section(const RunView& run) {
  Section section{"Latency and throughput" + run.suffix};
  if (run.configurations.empty()) return section;
  Picture picture = curves_picture(run);
  if (!picture.views.empty()) section.add(std::move(picture));
  const metrics::Words& words = words_of(run);
  Table table{fmt::format("Configurations ({}db is db_total, lock is lock_wait; in ms)",
                          words.of_scripts ? "" : "net is fsm_net, "),
              columns({"configuration", "elapsed", words.rate, "commits/s", "net P50", "net P95",
                       "net P99", "net P99.9", "net max", "db P95", "lock P95",
                       words.of_scripts ? "script P95" : "dispatch P95", "WAL growth", "of ceiling",
                       "verdict"})};
  for (std::size_t index = 0; index < run.configurations.size(); ++index) {
    table.rows.push_back(
        overview_row(run.configurations[index], run.findings.configurations[index]));
  }
  section.add(std::move(table));
  return section;
}

Section breakdown_section(const RunView& run) {
  const std::string net(words_of(run).segment(Segment::fsm_net));
  Table table{"Shares of the mean " + net,
              columns({"configuration", "mean ms", "waiting", "working", "checkpointing", "syncing",
                       "unexplained"})};
  Table parts{"Parts of the mean " + net,
              columns({"configuration", "part", "spent", "mean ms", "share"}),
              {},
              true};
  Section section{"Where the time goes" + run.suffix};
  std::vector<Sentence> contention;
  for (std::size_t index = 0; index < run.configurations.size(); ++index) {
    const ConfigurationResult& each = run.configurations[index];
    const ConfigurationFindings& findings = run.findings.configurations[index];
    if (const auto& judged = findings.wal_contention) {
      contention.push_back({"WAL contention at " + label(each) + ": " + judged->evidence + "."});
    }
    if (!findings.breakdown) continue;
    table.rows.push_back(breakdown_row(each, *findings.breakdown));
    add_parts(each, *findings.breakdown, parts);
  }
  if (!table.rows.empty()) {
    section.add(breakdown_picture(run));
    section.add(std::move(table));
    section.add(std::move(parts));
  }
  std::ranges::move(contention, std::back_inserter(section.blocks));
  return section;
}

Section wal_section(const RunView& run) {
  Section section{"WAL and checkpoints" + run.suffix};
  if (run.configurations.empty()) return section;
  Table table{
      "Written to the database and its WAL",
      columns({"configuration", "WAL growth", "WAL peak", "frames", "frames/commit", "checkpoints",
               "their time ms", "longest ms", "WAL syncs", "database syncs", "written/changed"})};
  for (std::size_t index = 0; index < run.configurations.size(); ++index) {
    const ConfigurationResult& each = run.configurations[index];
    const metrics::WalFigures& figures = each.wal;
    const auto& amplification = run.findings.configurations[index].write_amplification;
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
                          amplification ? rate_cell(*amplification) : Cell{"-", {}}});
  }
  section.add(wal_picture(run));
  section.add(std::move(table));
  return section;
}

Section configuration_section(const ConfigurationResult& configuration,
                              const ConfigurationFindings& findings, const std::string& before,
                              const Percentiles& percentiles) {
  Section section{
      fmt::format("{}{}: {}, {}", before, label(configuration), work_of(configuration),
                  configuration.verified ? "database verified" : "DATABASE NOT VERIFIED"),
      false,
      {}};
  for (const metrics::Stream* const stream : configuration.streams()) {
    Table segments = segments_table(*stream, configuration.name_of(*stream),
                                    metrics::words_of(configuration), percentiles);
    if (!segments.rows.empty()) section.add(std::move(segments));
  }
  std::ranges::move(anatomy_of(configuration, findings), std::back_inserter(section.blocks));
  for (const metrics::LimitVerdict& verdict : findings.verdicts) {
    section.add(Sentence{fmt::format("{}: {}  {}", verdict.limit, verdict_cell(verdict.passed).text,
                                     verdict.evidence),
                         verdict_cell(verdict.passed).tone});
  }
  if (findings.verdicts.empty()) {
    section.say("No limit is set for {}.", label(configuration));
  }
  return section;
}

}  // namespace walbench::tools
