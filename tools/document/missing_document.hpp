#pragma once

#include "tools/document/document.hpp"
#include "tools/document/run_view.hpp"

namespace walbench::tools {

/// The parts of a run that have no result, or whose files were not given; empty if there are none.
Section missing_section(const RunView& run);

}  // namespace walbench::tools
