#pragma once

#include "tools/document/document.hpp"
#include "tools/document/run_view.hpp"

namespace walbench::tools {

/// What to do: the change that the run recommends, what it brings and costs, and how it is written.
Section advice_section(const RunView& run);

/// Why: what was measured, its bottleneck, its verdicts, and what casts doubt on it.
Section summary_section(const RunView& run);

}  // namespace walbench::tools
