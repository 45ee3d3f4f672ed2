#pragma once

#include "tools/report/report_options.hpp"

namespace walbench::tools {

/// `report --merge OUT FILES...`: adds up .hgrm files, and interval logs, of many processes or
/// machines. OUT is one file for one segment of one configuration, or for logs of one
/// configuration; or a folder, which gets a file for each. A file that
/// has OUT's name is replaced only where a merge wrote it. Nothing is written where the files
/// cannot be merged, or where not all has room. Tells on standard output what became of what, on
/// standard error what is wrong. Returns kDone or kFailed.
int report_merge(const ReportMerge& options);

}  // namespace walbench::tools
