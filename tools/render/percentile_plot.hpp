#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "metrics/histogram/hgrm.hpp"
#include "metrics/histogram/histogram.hpp"
#include "tools/render/plot_style.hpp"

namespace walbench::tools {

/// One point of a percentile curve.
struct PlotPoint {
  double inverse_distance;  ///< 1 / (1 - percentile): 1 is 0 %, 10 is 90 %, 100 is 99 %
  double value;             ///< in the unit that the plot's title names; 0 or more

  bool operator==(const PlotPoint&) const = default;
};

/// A distribution, from its smallest sample to its largest.
struct PlotCurve {
  std::string label;  ///< need not be printable
  std::vector<PlotPoint> points;
};

/// The curve of a histogram in nanoseconds, in milliseconds: see metrics::percentile_curve. It ends
/// at the count of its samples, with the maximum.
PlotCurve curve_of(std::string label, const metrics::Histogram& nanoseconds);

/// The curve of another program's file through its rows, in the file's unit. What lies beyond the
/// count of its samples (the row of 100 %) is drawn there.
PlotCurve curve_of(std::string label, const metrics::HgrmFile& file);

/// The most curves that one plot shows.
inline constexpr std::size_t kMostCurves = 10;

/// The curves in text, several lines: the title, then the values on a logarithmic scale over the
/// percentiles on HdrHistogram's (each 9 more takes the same room), and a legend. Each curve has a
/// mark of its own, so that no colour is needed to tell them apart. Values of 0 have no logarithm
/// and lie on a line of their own at the bottom. Title and labels are made printable. Depends on
/// nothing but its arguments.
std::string render_percentile_plot(std::string_view title, const std::vector<PlotCurve>& curves,
                                   const PlotStyle& style);

}  // namespace walbench::tools
