#include "tools/document/interval_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "tools/document/result_tables.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

constexpr const char* kMainSegment = "fsm_net";

std::string milliseconds(std::int64_t ns) {
  return format_milliseconds(static_cast<double>(ns) / 1e6);
}

constexpr std::size_t kColumns = 6;
using Cells = std::array<std::string, kColumns>;

Cells cells_of(const metrics::IntervalRow& row) {
  const double rate =
      row.length_seconds > 0 ? static_cast<double>(row.count) / row.length_seconds : 0;
  return {
      fmt::format("{:.3f} .. {:.3f}", row.start_seconds, row.start_seconds + row.length_seconds),
      with_thousands(row.count),
      with_thousands(rate),
      milliseconds(row.p50_ns),
      milliseconds(row.p99_ns),
      milliseconds(row.max_ns)};
}

/// A table that is never held as a whole: the rows are made twice, first to learn their widths.
class StreamTable {
 public:
  StreamTable(const metrics::LoadedLog::Stream& stream,
              const std::function<void(std::string_view)>& write)
      : stream_(stream), write_(write) {}

  void tell() {
    const Cells header = {stream_.tag.empty() ? "seconds" : printable(stream_.tag) + ", seconds",
                          "samples",
                          "samples/s",
                          "P50 ms",
                          "P99 ms",
                          "max ms"};
    widen_for(header);
    for (const metrics::IntervalRow& row : stream_.rows) {
      widen_for(cells_of(row));
    }
    add(header);
    for (const metrics::IntervalRow& row : stream_.rows) {
      add(cells_of(row));
    }
    write_(pending_);
  }

 private:
  void widen_for(const Cells& cells) {
    for (std::size_t column = 0; column < kColumns; ++column) {
      widths_[column] = std::max(widths_[column], cells[column].size());
    }
  }

  void add(const Cells& cells) {
    constexpr std::size_t kPiece = std::size_t{64} << 10U;
    pending_ += fmt::format("  {:<{}}", cells[0], widths_[0]);
    for (std::size_t column = 1; column < kColumns; ++column) {
      pending_ += fmt::format("  {:>{}}", cells[column], widths_[column]);
    }
    pending_ += '\n';
    if (pending_.size() < kPiece) return;
    write_(pending_);
    pending_.clear();
  }

  const metrics::LoadedLog::Stream& stream_;
  const std::function<void(std::string_view)>& write_;
  std::array<std::size_t, kColumns> widths_{};
  std::string pending_;
};

}  // namespace

void tell_log(const metrics::LoadedLog& log, bool details,
              const std::function<void(std::string_view)>& write) {
  std::string head = printable(log.path.string());
  if (!log.label.empty()) head += ": " + printable(log.label);
  write(head + "\n");
  const bool has_main = std::ranges::any_of(
      log.streams, [](const auto& stream) { return stream.tag == kMainSegment; });
  for (const metrics::LoadedLog::Stream& stream : log.streams) {
    if (has_main && !details && stream.tag != kMainSegment) continue;
    StreamTable(stream, write).tell();
  }
  if (log.unit_assumed) write("  its values are taken for nanoseconds: the log names no unit\n");
  if (log.cut_off) write("  " + printable(*log.cut_off) + "\n");
}

std::string render_log(const metrics::LoadedLog& log, bool details) {
  std::string out;
  tell_log(log, details, [&](std::string_view piece) { out += piece; });
  return out;
}

}  // namespace walbench::tools
