#include "metrics/result/loaded_log.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "metrics/format_error.hpp"
#include "metrics/histogram/hlog.hpp"

namespace walbench::metrics {
namespace {

/// Puts intervals into the streams of a log, one by one.
class LogBuilder {
 public:
  LogBuilder(const std::filesystem::path& path, const Reading& reading) : reading_(reading) {
    log_.path = path;
  }

  void add(const HlogInterval& interval, std::int64_t ns_per_unit) {
    if (reading_.start_seconds && interval.start_seconds < *reading_.start_seconds) return;
    if (reading_.end_seconds && interval.start_seconds >= *reading_.end_seconds) return;
    log_.ns_per_unit = ns_per_unit;
    const std::size_t at = stream_of(interval.tag);
    LoadedLog::Stream& stream = log_.streams[at];
    if (interval.start_seconds < latest_start_[at]) log_.times_go_back = true;
    latest_start_[at] = interval.start_seconds;
    stream.total.add(interval.histogram);
    stream.covered_seconds += interval.length_seconds;
    if (!reading_.window_seconds) {
      stream.rows.push_back(row_of(interval.histogram, interval.start_seconds,
                                   interval.start_seconds + interval.length_seconds));
      return;
    }
    Window& window = windows_[at];
    const double number = std::floor(interval.start_seconds / *reading_.window_seconds);
    if (window.open && window.number != number) close(window, stream);
    if (!window.open) window = {true, number, interval.start_seconds, 0, {}};
    window.start = std::min(window.start, interval.start_seconds);
    window.end = std::max(window.end, interval.start_seconds + interval.length_seconds);
    window.sum.add(interval.histogram);
  }

  LoadedLog finish() && {
    for (std::size_t at = 0; at < windows_.size(); ++at) {
      if (windows_[at].open) close(windows_[at], log_.streams[at]);
    }
    return std::move(log_);
  }

 private:
  /// The window that a stream's intervals are being added to.
  struct Window {
    bool open = false;
    double number = 0;
    double start = 0;  // of what is in it
    double end = 0;
    HistogramSum sum;
  };

  std::size_t stream_of(const std::string& tag) {
    const auto [known, is_new] = by_tag_.try_emplace(tag, log_.streams.size());
    if (is_new) {
      log_.streams.push_back({tag, {}, {}, 0});
      windows_.emplace_back();
      latest_start_.push_back(std::numeric_limits<double>::lowest());
    }
    return known->second;
  }

  template <typename Samples>
  IntervalRow row_of(const Samples& samples, double start, double end) const {
    const auto in_ns = [&](std::int64_t value) { return in_nanoseconds(value, log_.ns_per_unit); };
    return {start,
            end - start,
            samples.total_count(),
            in_ns(samples.value_at_percentile(50)),
            in_ns(samples.value_at_percentile(99)),
            in_ns(samples.max())};
  }

  void close(Window& window, LoadedLog::Stream& stream) const {
    stream.rows.push_back(row_of(window.sum.histogram(), window.start, window.end));
    window = {};
  }

  const Reading& reading_;
  LoadedLog log_;
  std::unordered_map<std::string, std::size_t> by_tag_;
  std::vector<Window> windows_;       // by stream
  std::vector<double> latest_start_;  // likewise, of the interval read last
};

}  // namespace

std::int64_t in_nanoseconds(std::int64_t value, std::int64_t ns_per_unit) {
  constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
  return value > kLargest / ns_per_unit ? kLargest : value * ns_per_unit;
}

LoadedLog load_log(const std::filesystem::path& path, const Reading& reading,
                   const std::function<void(std::uintmax_t)>& progress) {
  LogBuilder builder(path, reading);
  HlogReader reader(path);
  while (const std::optional<HlogInterval> interval = reader.next()) {
    const ValueUnit unit = reader.summary().unit.value_or(reading.unit.value_or(ValueUnit::ns));
    builder.add(*interval, nanoseconds_in(unit));
    progress(reader.bytes_read());
  }
  LoadedLog log = std::move(builder).finish();
  if (log.streams.empty()) throw FormatError("has no interval between the given start and end");
  const HlogSummary& summary = reader.summary();
  log.label = summary.label.value_or("");
  log.cut_off = summary.cut_off;
  log.had_ends = summary.had_ends;
  log.unit_assumed = !summary.unit && !reading.unit;
  return log;
}

}  // namespace walbench::metrics
