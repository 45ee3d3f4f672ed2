#include "tools/document/log_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "tools/document/cells.hpp"
#include "tools/document/pictures.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

using metrics::LoadedLog;

constexpr const char* kMainSegment = "fsm_net";

Row interval_row(const metrics::IntervalRow& row) {
  const double end = row.start_seconds + row.length_seconds;
  const double rate =
      row.length_seconds > 0 ? static_cast<double>(row.count) / row.length_seconds : 0;
  return {{fmt::format("{:.3f} .. {:.3f}", row.start_seconds, end), row.start_seconds},
          count_cell(row.count),
          rate_cell(rate),
          milliseconds_cell(static_cast<double>(row.p50_ns)),
          milliseconds_cell(static_cast<double>(row.p99_ns)),
          milliseconds_cell(static_cast<double>(row.max_ns))};
}

Table interval_table(const LoadedLog::Stream& stream, bool details) {
  Table table{stream.tag.empty() ? "Intervals" : "Intervals of " + stream.tag,
              columns({stream.tag.empty() ? "seconds" : stream.tag + ", seconds", "samples",
                       "samples/s", "P50 ms", "P99 ms", "max ms"}),
              {},
              details};
  table.stream = [&stream](const RowSink& sink) {
    for (const metrics::IntervalRow& row : stream.rows) {
      if (!sink(interval_row(row))) return;
    }
  };
  return table;
}

}  // namespace

Section log_section(const LoadedLog& log) {
  const std::string path = log.path.string();
  Section section{"Over time: " + path + (log.label.empty() ? "" : ": " + log.label)};
  const auto is_main = [](const LoadedLog::Stream& stream) { return stream.tag == kMainSegment; };
  const bool has_main = std::ranges::any_of(log.streams, is_main);
  std::vector<const LoadedLog::Stream*> drawn;
  for (const LoadedLog::Stream& stream : log.streams) {
    if (!has_main || is_main(stream)) drawn.push_back(&stream);
  }
  if (!drawn.empty()) section.add(intervals_picture(drawn));
  for (const LoadedLog::Stream& stream : log.streams) {
    section.add(interval_table(stream, has_main && !is_main(stream)));
  }
  if (log.unit_assumed) {
    section.add(
        Sentence{"Its values are taken for nanoseconds: the log names no unit.", Tone::warning});
  }
  if (log.cut_off) section.add(Sentence{*log.cut_off, Tone::warning});
  return section;
}

Section lone_section(const std::vector<metrics::LoneDistribution>& lone) {
  Table table{"Distributions that belong to no run",
              columns({"file", "samples", "P50", "P95", "P99", "P99.9", "max", "unit", "values"})};
  for (const metrics::LoneDistribution& each : lone) {
    const metrics::HgrmFile& file = each.file;
    Row row = {{each.path.string(), {}}, count_cell(file.total_count)};
    for (const double percentile : kShownPercentiles) {
      const double value = file.told_at_percentile(percentile);
      row.push_back(
          {file.histogram ? format_milliseconds(value) : fmt::format("{:.3f}", value), value});
    }
    row.push_back({file.unit_told(), {}});
    row.push_back({file.histogram ? "exact" : "approximate, from rows", {}});
    table.rows.push_back(std::move(row));
  }
  return {"Other distributions", false, {lone_picture(lone), std::move(table)}};
}

}  // namespace walbench::tools
