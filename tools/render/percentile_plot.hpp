#pragma once

#include <cstddef>
#include <string>

#include "tools/document/document.hpp"
#include "tools/render/plot_style.hpp"

namespace walbench::tools {

/// The most curves that one plot shows.
inline constexpr std::size_t kMostCurves = 10;

/// A chart of percentile curves in text, several lines: a title, then the values on a logarithmic
/// scale over the percentiles on HdrHistogram's (each 9 more takes the same room), and a legend.
/// Each curve has a mark of its own, so that no colour is needed to tell them apart. Values of 0
/// have no logarithm and lie on a line of their own at the bottom. Texts are made printable.
std::string render_percentile_plot(const Chart& chart, const PlotStyle& style);

}  // namespace walbench::tools
