#pragma once

#include <string>
#include <vector>

#include "tools/document/cells.hpp"
#include "tools/document/document.hpp"
#include "tools/document/run_view.hpp"

namespace walbench::tools {

// Sections about the configurations of a run; without blocks if there is nothing to say.

/// Throughput and percentiles, a row a configuration, and their curves.
Section overview_section(const RunView& run);

/// What the time of the mean lifecycle was spent on, and whether the write lock contributes.
Section breakdown_section(const RunView& run);

/// What was written to the database's files.
Section wal_section(const RunView& run);

/// Everything about one configuration: segments, waits, counts, verdicts. `before` begins the
/// heading; `percentiles` are those of the segments.
Section configuration_section(const metrics::ConfigurationResult& configuration,
                              const metrics::ConfigurationFindings& findings,
                              const std::string& before, const Percentiles& percentiles);

}  // namespace walbench::tools
