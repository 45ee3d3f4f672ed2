#pragma once

#include "tools/report/report_options.hpp"

namespace walbench::tools {

/// `report --values FILE --hgrm OUT`: reads the column, writes the histogram, tells what is wrong
/// on standard error. Returns the exit code.
int report_values(const ReportValues& options);

}  // namespace walbench::tools
