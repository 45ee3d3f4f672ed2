#pragma once

#include <string>

#include "tools/document/report_document.hpp"

namespace walbench::tools {

/// Where a run was measured, and with what settings; folded. `suffix` ends the heading.
DocumentSection surroundings_section(const metrics::LoadedRun& run, const std::string& suffix);

}  // namespace walbench::tools
