#include "tools/interval_tables.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/result_tables.hpp"
#include "tools/text.hpp"

namespace walbench::tools {
namespace {

constexpr const char* kMainSegment = "fsm_net";

std::string milliseconds(std::int64_t ns) {
  return format_milliseconds(static_cast<double>(ns) / 1e6);
}

std::string stream_table(const metrics::LoadedLog::Stream& stream) {
  TextTable table({stream.tag.empty() ? "seconds" : printable(stream.tag) + ", seconds", "samples",
                   "samples/s", "P50 ms", "P99 ms", "max ms"});
  for (const metrics::IntervalRow& row : stream.rows) {
    const double rate =
        row.length_seconds > 0 ? static_cast<double>(row.count) / row.length_seconds : 0;
    table.add_row(
        {fmt::format("{:.3f} .. {:.3f}", row.start_seconds, row.start_seconds + row.length_seconds),
         with_thousands(row.count), with_thousands(rate), milliseconds(row.p50_ns),
         milliseconds(row.p99_ns), milliseconds(row.max_ns)});
  }
  return table.str(2);
}

}  // namespace

std::string render_log(const metrics::LoadedLog& log, bool details) {
  std::string out = printable(log.path.string());
  if (!log.label.empty()) out += ": " + printable(log.label);
  out += "\n";
  const bool has_main = std::ranges::any_of(
      log.streams, [](const auto& stream) { return stream.tag == kMainSegment; });
  for (const metrics::LoadedLog::Stream& stream : log.streams) {
    if (has_main && !details && stream.tag != kMainSegment) continue;
    out += stream_table(stream);
  }
  if (log.cut_off) out += "  " + printable(*log.cut_off) + "\n";
  return out;
}

}  // namespace walbench::tools
