#pragma once

#include <string>
#include <string_view>

#include "metrics/ratio_text.hpp"
#include "metrics/statistics/figure_change.hpp"

namespace walbench::tools {

using metrics::kThroughput;
inline constexpr std::string_view kNoDifference = "no difference shown";

/// The value of a figure that is a throughput, or else milliseconds.
std::string figure_text(std::string_view figure, double value);

using metrics::ratio_text;

/// `-4.0 % .. +2.5 %`; `-` where there is none.
std::string interval_text(const metrics::Change& change);

/// Whether the row got `better`, `worse`, or neither for all that is known.
std::string conclusion(const metrics::FigureChange& figure);

}  // namespace walbench::tools
