#include "tools/render/report_plots.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>

#include "metrics/analysis/bottleneck.hpp"
#include "metrics/segment.hpp"
#include "tools/render/percentile_plot.hpp"

namespace walbench::tools {
namespace {

using metrics::ConfigurationResult;
using metrics::Segment;

/// The first segment, in the order of tables, that any of the configurations has.
std::optional<Segment> segment_to_plot(const std::vector<ConfigurationResult>& configurations) {
  for (std::size_t index = 0; index < metrics::kSegmentCount; ++index) {
    const Segment segment = metrics::segment_at(index);
    const bool there = std::ranges::any_of(configurations, [&](const ConfigurationResult& each) {
      return each.find(segment) != nullptr;
    });
    if (there) return segment;
  }
  return std::nullopt;
}

}  // namespace

std::string plot_run(const metrics::LoadedRun& run, const PlotStyle& style) {
  const std::optional<Segment> segment = segment_to_plot(run.configurations);
  if (!segment) return "";
  std::vector<PlotCurve> curves;
  for (const ConfigurationResult& each : run.configurations) {
    if (const metrics::Histogram* const histogram = each.find(*segment)) {
      curves.push_back(curve_of(metrics::configuration_label(each.planned), *histogram));
    }
  }
  const std::string title = fmt::format("{}, ms by percentile", metrics::segment_name(*segment));
  return render_percentile_plot(title, curves, style) + "\n";
}

std::string plot_lone(const std::vector<metrics::LoneDistribution>& lone, const PlotStyle& style) {
  std::vector<PlotCurve> exact;
  std::vector<PlotCurve> foreign;
  for (const metrics::LoneDistribution& each : lone) {
    if (each.file.histogram) {
      exact.push_back(curve_of(each.path.string(), *each.file.histogram));
    } else {
      foreign.push_back(curve_of(each.path.string(), each.file));
    }
  }
  std::string out;
  if (!exact.empty()) out += render_percentile_plot("ms by percentile", exact, style) + "\n";
  if (!foreign.empty()) {
    constexpr std::string_view kTitle = "unit of the file by percentile (approximate)";
    out += render_percentile_plot(kTitle, foreign, style) + "\n";
  }
  return out;
}

}  // namespace walbench::tools
