#pragma once

#include "tools/report_options.hpp"

namespace walbench::tools {

/// `report --merge OUT FILES...`: adds up .hgrm files, and interval logs, of many processes or
/// machines. OUT is one file for one segment of one configuration, or for logs of one
/// configuration; or a folder, which gets a file for each. Nothing is
/// written where the .hgrm files cannot be merged. Tells on standard output what became of what, on
/// standard error what is wrong. Returns kDone or kFailed.
int report_merge(const ReportMerge& options);

}  // namespace walbench::tools
