#include "tools/document/log_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "tools/document/cells.hpp"
#include "tools/document/log_pictures.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

using metrics::LoadedLog;

constexpr const char* kMainSegment = "fsm_net";

Row interval_row(const metrics::IntervalRow& row) {
  const double end = row.start_seconds + row.length_seconds;
  const double rate =
      row.length_seconds > 0 ? static_cast<double>(row.count) / row.length_seconds : 0;
  const auto value = [&](std::int64_t ns) {
    return row.count == 0 ? Cell{"-", {}} : milliseconds_cell(static_cast<double>(ns));
  };
  return {{fmt::format("{:.3f} .. {:.3f}", row.start_seconds, end), row.start_seconds},
          count_cell(row.count),
          rate_cell(rate),
          value(row.p50_ns),
          value(row.p99_ns),
          value(row.max_ns)};
}

Row total_row(const LoadedLog& log, const LoadedLog::Stream& stream,
              const Percentiles& percentiles) {
  const metrics::Histogram total = stream.total.histogram();
  const auto in_ns = [&](double value) { return value * static_cast<double>(log.ns_per_unit); };
  const auto cell = [&](double value) {
    return total.total_count() == 0 ? Cell{"-", {}} : milliseconds_cell(in_ns(value));
  };
  Row row = {{stream.tag.empty() ? "(no tag)" : stream.tag, {}},
             count_cell(total.total_count()),
             rate_cell(stream.samples_per_second())};
  for (const double percentile : or_shown(percentiles)) {
    row.push_back(cell(static_cast<double>(total.value_at_percentile(percentile))));
  }
  row.push_back(cell(total.mean()));
  return row;
}

/// Streamed, since logs may have any number of tags and a total is large.
Table totals_table(const LoadedLog& log, const Percentiles& percentiles) {
  Table table{
      "The whole log, ms", columns({"tag", "samples", "samples/s"}, percentiles, {"mean"}), {}};
  table.stream = [&log, percentiles](const RowSink& sink) {
    for (const LoadedLog::Stream& stream : log.streams) {
      if (!sink(total_row(log, stream, percentiles))) return;
    }
  };
  return table;
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

Section log_section(const LoadedLog& log, const Percentiles& percentiles) {
  const std::string path = log.path.string();
  Section section{"Over time: " + path + (log.label.empty() ? "" : ": " + log.label)};
  const auto is_main = [](const LoadedLog::Stream& stream) { return stream.tag == kMainSegment; };
  const bool has_main = std::ranges::any_of(log.streams, is_main);
  std::vector<const LoadedLog::Stream*> drawn;
  for (const LoadedLog::Stream& stream : log.streams) {
    if (!has_main || is_main(stream)) drawn.push_back(&stream);
  }
  section.add(totals_picture(log));
  section.add(totals_table(log, percentiles));
  if (!drawn.empty()) section.add(intervals_picture(drawn));
  for (const LoadedLog::Stream& stream : log.streams) {
    section.add(interval_table(stream, has_main && !is_main(stream)));
  }
  const auto warn = [&](std::string text) {
    section.add(Sentence{std::move(text), Tone::warning});
  };
  if (log.unit_assumed) {
    warn(
        "Its values are taken for nanoseconds: the log names no unit. If they are others, say so "
        "with --unit us, ms or s.");
  }
  if (log.had_ends) {
    warn(
        "Its lines have the end of an interval where the length belongs (as hdrhistogram-go wrote "
        "them up to 1.1.2); the lengths were worked out.");
  }
  if (log.times_go_back) {
    warn(
        "Its times go back. Intervals are listed in the order of the file; a window of --interval "
        "that comes again gets another row.");
  }
  if (log.cut_off) warn(*log.cut_off);
  return section;
}

Section lone_section(const std::vector<metrics::LoneDistribution>& lone,
                     const Percentiles& percentiles) {
  Table table{"Distributions that belong to no run",
              columns({"file", "samples"}, percentiles, {"unit", "values"})};
  bool has_ranges = false;
  bool has_unknown = false;
  for (const metrics::LoneDistribution& each : lone) {
    const metrics::HgrmFile& file = each.file;
    Row row = {{each.name, {}}, count_cell(file.total_count)};
    for (const double percentile : or_shown(percentiles)) {
      const auto told = file.value_at_percentile(percentile);
      has_ranges = has_ranges || (told && told->above);
      row.push_back(told_cell(told, file.unit));
    }
    has_unknown = has_unknown || (file.unit.empty() && file.total_count > 0);
    row.push_back({std::string(unit_or_unknown(file)), {}});
    row.push_back({file.histogram ? "exact" : "from rows", {}});
    table.rows.push_back(std::move(row));
  }
  Section section{"Other distributions", false, {lone_picture(lone), std::move(table)}};
  if (has_ranges) {
    section.add(Sentence{
        "a .. b: the rows of the file say only that the value is above a and not above b."});
  }
  if (has_unknown) {
    section.add(
        Sentence{"Files that name no unit keep theirs; --unit ns, us, ms or s says which it is.",
                 Tone::warning});
  }
  return section;
}

}  // namespace walbench::tools
