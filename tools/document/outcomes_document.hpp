#pragma once

#include "metrics/result/configuration_result.hpp"
#include "tools/document/document.hpp"
#include "tools/document/run_view.hpp"

namespace walbench::tools {

/// The share of the iterations that failed, with what it may be: `2.1 % (1.9 .. 2.3)`, or `0 of
/// 75,400: at most 1 in 20,400`; both bounds hold with 95 %.
Cell failed_cell(const metrics::ConfigurationResult& each);

/// How iterations ended: how many a second, how many were given up and why, and which statements
/// failed after how long. Of file lifecycles only where something was refused.
Section outcomes_section(const RunView& run);

}  // namespace walbench::tools
