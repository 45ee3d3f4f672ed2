#pragma once

#include <string>
#include <vector>

#include "metrics/analysis/bottleneck.hpp"
#include "metrics/result/run_result.hpp"

namespace walbench::tools {

/// Milliseconds with as many digits as tell small ones apart.
std::string format_milliseconds(double ms);

/// Everything about one configuration, several lines: rates, threads, segments, WAL, verdicts. All
/// its strings are made printable.
std::string render_configuration(const metrics::ConfigurationResult& configuration);

/// One row a configuration; for runs of more than one.
std::string render_overview(const std::vector<metrics::ConfigurationResult>& configurations);

/// The WAL contention verdict of each configuration, a line each.
std::string render_contention(const std::vector<metrics::ConfigurationResult>& configurations);

/// Bottleneck, root cause and their evidence; empty where there is nothing to say.
std::string render_bottleneck(const std::vector<metrics::ConfigurationResult>& configurations);

}  // namespace walbench::tools
