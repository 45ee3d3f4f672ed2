#pragma once

#include "tools/report/report_options.hpp"

namespace walbench::tools {

/// `report FILES...`, in any format, and `report --html OUT FILES...`. What cannot be used is told
/// on standard error. Returns the exit code.
int report_files(const ReportFiles& options);

}  // namespace walbench::tools
