#pragma once

#include <cstddef>
#include <string>

#include "metrics/analysis/findings.hpp"
#include "tools/document/report_document.hpp"

namespace walbench::tools {

/// What each mitigation of a run changed, and their ranking; without blocks where there are none.
/// `index` is the run's in the set, `suffix` ends the heading.
DocumentSection mitigation_section(const metrics::LoadedRun& run, const metrics::Findings& findings,
                                   std::size_t index, const std::string& suffix);

}  // namespace walbench::tools
