#pragma once

#include "tools/document/document.hpp"
#include "tools/document/run_view.hpp"

namespace walbench::tools {

// Pictures of results. They are computed when a renderer draws them, so the results must outlive
// them.

/// A view for each main segment, of all configurations and of all mitigations.
Picture curves_picture(const RunView& run);
/// Where the mean fsm_net goes: shares, or milliseconds.
Picture breakdown_picture(const RunView& run);
/// Throughput by number of threads, and the law that was fitted.
Picture scaling_picture(const RunView& run);
/// Before and after each mitigation, with the interval of the change; a view for each figure.
Picture changes_picture(const RunView& run);
/// WAL growth and checkpoints.
Picture wal_picture(const RunView& run);

}  // namespace walbench::tools
