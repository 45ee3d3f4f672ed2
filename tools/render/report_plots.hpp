#pragma once

#include <string>
#include <vector>

#include "metrics/result/result_set.hpp"
#include "tools/render/plot_style.hpp"

namespace walbench::tools {

/// One plot of fsm_net, a curve a configuration; of the first segment there is where no file of
/// fsm_net was given. An empty line ends it. Empty where the run has no configurations.
std::string plot_run(const metrics::LoadedRun& run, const PlotStyle& style);

/// Distributions that belong to no run: one plot of those that are exact, in milliseconds, and one
/// of other programs' files, in their unit; an empty line after each.
std::string plot_lone(const std::vector<metrics::LoneDistribution>& lone, const PlotStyle& style);

}  // namespace walbench::tools
