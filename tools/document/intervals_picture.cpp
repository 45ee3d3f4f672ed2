#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "metrics/units.hpp"
#include "tools/document/log_pictures.hpp"

namespace walbench::tools {
namespace {

using metrics::kNsPerMs;
constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

/// Neighbours as one: all their samples and the worst of their figures, so that a stall remains.
metrics::IntervalRows thinned_out(const metrics::IntervalRows& rows) {
  constexpr std::size_t kMost = 300;
  const std::size_t together = (rows.size() + kMost - 1) / kMost;
  metrics::IntervalRows fewer;
  for (std::size_t index = 0; index < rows.size(); ++index) {
    const metrics::IntervalRow& row = rows[index];
    if (together <= 1 || index % together == 0) {
      fewer.push_back(row);
      continue;
    }
    metrics::IntervalRow& into = fewer.back();
    into.length_seconds = row.start_seconds + row.length_seconds - into.start_seconds;
    into.count += row.count;
    into.p99_ns = std::max(into.p99_ns, row.p99_ns);
  }
  return fewer;
}

/// Half of the intervals are at least so long: one that a stall has stretched does not matter.
double median_length(const metrics::IntervalRows& rows) {
  std::vector<double> lengths;
  for (const metrics::IntervalRow& row : rows) {
    lengths.push_back(row.length_seconds);
  }
  const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2);
  std::ranges::nth_element(lengths, middle);
  return lengths.empty() ? 0 : *middle;
}

/// Both lines over time. Where the log has no interval, there was no sample.
void add_points(const metrics::IntervalRows& rows, Series& rate, Series& p99) {
  const double usual = median_length(rows);
  double end = rows.empty() ? 0 : rows.front().start_seconds;
  for (const metrics::IntervalRow& row : rows) {
    if (row.start_seconds - end > usual / 2) {
      rate.points.push_back({end, 0});
      rate.points.push_back({row.start_seconds, 0});
      p99.points.push_back({end, kNothing});
    }
    end = row.start_seconds + row.length_seconds;
    const double middle = row.start_seconds + row.length_seconds / 2;
    // The rate of a much shorter interval, such as the last one, is a matter of luck.
    const bool telling = row.length_seconds > usual / 2;
    rate.points.push_back(
        {middle, telling ? static_cast<double>(row.count) / row.length_seconds : kNothing});
    p99.points.push_back(
        {middle, row.p99_ns > 0 ? static_cast<double>(row.p99_ns) / kNsPerMs : kNothing});
  }
}

Chart intervals_chart(const metrics::LoadedLog::Stream& stream) {
  Chart chart{.form = Chart::Form::lines,
              .x = {"seconds", Axis::Scale::linear, "s", {}},
              .y = {"samples a second", Axis::Scale::linear, "", {}},
              .second = Axis{"P99", Axis::Scale::logarithmic, "ms", {}}};
  Series rate{.label = "samples a second"};
  Series p99{.label = "P99 of " + (stream.tag.empty() ? "all" : stream.tag)};
  p99.second_axis = true;
  const metrics::IntervalRows rows = thinned_out(stream.rows);
  add_points(rows, rate, p99);
  if (!rows.empty()) {
    // A log may begin long before the first sample does, or long after its own time 0.
    chart.x.range = {rows.front().start_seconds,
                     rows.back().start_seconds + rows.back().length_seconds};
  }
  constexpr std::size_t kFew = 60;
  rate.dots = p99.dots = rows.size() <= kFew;
  chart.series = {std::move(rate), std::move(p99)};
  return chart;
}

}  // namespace

Picture intervals_picture(const std::vector<const metrics::LoadedLog::Stream*>& streams) {
  Picture picture{"intervals",
                  "Samples a second, and P99, interval by interval: a stall shows as a gap in the "
                  "one and a peak in the other.",
                  "Two lines over time, as in the tables that follow."};
  for (const metrics::LoadedLog::Stream* const stream : streams) {
    picture.views.push_back(
        {stream->tag.empty() ? "all" : stream->tag, [stream] { return intervals_chart(*stream); }});
  }
  return picture;
}

}  // namespace walbench::tools
