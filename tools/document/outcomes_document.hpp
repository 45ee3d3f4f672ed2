#pragma once

#include "tools/document/document.hpp"
#include "tools/document/run_view.hpp"

namespace walbench::tools {

/// How the iterations of scripts ended: how many a second, how many were given up and why, and
/// which statements failed after how long. Empty without scripts.
Section outcomes_section(const RunView& run);

}  // namespace walbench::tools
