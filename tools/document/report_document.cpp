#include "tools/document/report_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "tools/document/document_cells.hpp"
#include "tools/document/result_tables.hpp"
#include "tools/document/run_document.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

using metrics::LoadedLog;
using metrics::LoneDistribution;

constexpr std::size_t kMostIntervalRows = 100;

std::vector<DocumentCell> lone_row(const LoneDistribution& lone) {
  const metrics::HgrmFile& file = lone.file;
  std::vector<DocumentCell> row = {{lone.path.string(), {}}, count_cell(file.total_count)};
  for (const double percentile : {50.0, 95.0, 99.0, 99.9, 100.0}) {
    const double value = file.told_at_percentile(percentile);
    row.push_back({format_milliseconds(value), value});
  }
  row.push_back({(file.histogram ? "exact, " : "from rows, ") + file.unit_told(), {}});
  return row;
}

DocumentSection lone_section(const metrics::ResultSet& set) {
  DocumentTable table{"Distributions that belong to no run",
                      {"file", "samples", "P50", "P95", "P99", "P99.9", "max", "percentiles"},
                      {}};
  for (const LoneDistribution& lone : set.lone) {
    table.rows.push_back(lone_row(lone));
  }
  return {"Other distributions",
          false,
          {DocumentFigure{DocumentFigure::Kind::lone, 0,
                          "Value by percentile, each file in its own unit.",
                          "Percentile curves of the files in the table that follows."},
           std::move(table)}};
}

DocumentTable interval_table(const LoadedLog::Stream& stream) {
  DocumentTable table{stream.tag.empty() ? "Intervals" : "Intervals of " + stream.tag,
                      {"from s", "to s", "samples", "samples/s", "P50 ms", "P99 ms", "max ms"},
                      {},
                      true};
  for (const metrics::IntervalRow& row : stream.rows) {
    if (table.rows.size() == kMostIntervalRows) break;
    const double end = row.start_seconds + row.length_seconds;
    const double rate =
        row.length_seconds > 0 ? static_cast<double>(row.count) / row.length_seconds : 0;
    table.rows.push_back({{fmt::format("{:.3f}", row.start_seconds), row.start_seconds},
                          {fmt::format("{:.3f}", end), end},
                          count_cell(row.count),
                          {with_thousands(rate), rate},
                          milliseconds_cell(static_cast<double>(row.p50_ns)),
                          milliseconds_cell(static_cast<double>(row.p99_ns)),
                          milliseconds_cell(static_cast<double>(row.max_ns))});
  }
  return table;
}

const LoadedLog::Stream* main_stream(const LoadedLog& log) {
  for (const LoadedLog::Stream& stream : log.streams) {
    if (stream.tag == "fsm_net") return &stream;
  }
  return log.streams.empty() ? nullptr : &log.streams.front();
}

DocumentSection log_section(const LoadedLog& log, std::size_t index) {
  const std::string file = log.path.filename().string();
  DocumentSection section{
      "Over time: " + (log.label.empty() ? file : log.label + " (" + file + ")"), false, {}};
  const LoadedLog::Stream* const main = main_stream(log);
  if (main != nullptr) {
    section.blocks.emplace_back(DocumentFigure{
        DocumentFigure::Kind::intervals, index,
        "Samples a second, and P99, interval by interval: a stall shows as a gap in the one and a "
        "peak in the other.",
        fmt::format("{} intervals of {}, as in the table that follows.",
                    with_thousands(static_cast<std::int64_t>(main->rows.size())),
                    main->tag.empty() ? "the log" : main->tag)});
    section.blocks.emplace_back(interval_table(*main));
    if (main->rows.size() > kMostIntervalRows) {
      section.blocks.emplace_back(fmt::format(
          "The table shows the first {} of {} intervals; --format json has them all.",
          kMostIntervalRows, with_thousands(static_cast<std::int64_t>(main->rows.size()))));
    }
  }
  if (log.cut_off) section.blocks.emplace_back(*log.cut_off);
  return section;
}

DocumentSection problems_section(const metrics::ResultSet& set) {
  DocumentTable table{"Files that could not be used", {"file", "why"}, {}};
  for (const metrics::FileProblem& problem : set.problems) {
    table.rows.push_back({{problem.path.string(), {}}, {problem.what, {}}});
  }
  return {"Problems", false, {std::move(table)}};
}

std::string title_of(const metrics::ResultSet& set) {
  if (set.runs.size() == 1) return "walbench run " + set.runs.front().run_id;
  if (set.runs.empty()) return "walbench report";
  return fmt::format("walbench report of {} runs", set.runs.size());
}

}  // namespace

ReportDocument document_of(const metrics::ResultSet& set) {
  ReportDocument document{title_of(set), {}};
  std::vector<DocumentSection> at_the_end;
  for (std::size_t index = 0; index < set.runs.size(); ++index) {
    RunDocument run = run_document(set.runs[index], index, set.runs.size() > 1);
    std::ranges::move(run.sections, std::back_inserter(document.sections));
    std::ranges::move(run.appendix, std::back_inserter(at_the_end));
  }
  for (std::size_t index = 0; index < set.logs.size(); ++index) {
    document.sections.push_back(log_section(set.logs[index], index));
  }
  if (!set.lone.empty()) document.sections.push_back(lone_section(set));
  if (!set.problems.empty()) document.sections.push_back(problems_section(set));
  std::ranges::move(at_the_end, std::back_inserter(document.sections));
  return document;
}

}  // namespace walbench::tools
