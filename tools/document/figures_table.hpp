#pragma once

#include "metrics/result/result_set.hpp"
#include "tools/document/cells.hpp"
#include "tools/document/document.hpp"
#include "tools/document/run_view.hpp"

namespace walbench::tools {

/// Every figure of a run's configurations and of the sides of its mitigations, a row a figure, with
/// its meaning. Without blocks if there are none.
Section figures_section(const RunView& run);

/// Every figure of the files in tidy form, as CSV has it: one row a configuration, segment and
/// statistic (likewise of a mitigation's sides, of a distribution, of an interval of a log). Refers
/// to `set`, which must outlive it. A value that a file tells as a range stands with its upper end,
/// and the lower one in a row of its own (`p99_above`). `percentiles`: those given, or a fixed set.
Table figures_table(const metrics::ResultSet& set, const Percentiles& percentiles = {});

}  // namespace walbench::tools
