#pragma once

#include "tools/document/document.hpp"
#include "tools/document/run_view.hpp"

namespace walbench::tools {

/// Where a run was measured.
Section environment_section(const RunView& run);

/// Its settings, as read back.
Section settings_section(const RunView& run);

}  // namespace walbench::tools
