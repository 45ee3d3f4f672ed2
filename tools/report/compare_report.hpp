#pragma once

#include "tools/report/report_options.hpp"

namespace walbench::tools {

/// `report --compare BASE... --with NEW...`: prints what changed, or why the two are not compared.
/// Returns the program's exit code: kDone; kLimitFailed where a limit was met; kWrongUsage where a
/// limit concerns nothing that was compared; kFailed where a file could not be used, there is
/// nothing to compare, or the two are unlike and not compared by force.
int report_compare(const ReportCompare& options);

}  // namespace walbench::tools
