#pragma once

#include "tools/report/report_options.hpp"

namespace walbench::tools {

// The commands of report. Each prints results on standard output and complaints on standard
// error, and returns the program's exit code.

/// `report FILES...` in any format, and `report --html OUT FILES...`. kFailed if a file could not
/// be used.
int report_files(const ReportFiles& options);

/// `report --compare BASE... --with NEW...`: prints what changed, or why the two are not compared.
/// kLimitFailed if a limit was passed; kWrongUsage if a limit concerns nothing that was compared;
/// kFailed if a file could not be used, there is nothing to compare, or the two are unlike and not
/// compared by force.
int report_compare(const ReportCompare& options);

/// `report --merge OUT FILES...`: adds up .hgrm files, and interval logs, of many processes or
/// machines. OUT is one file for one segment of one configuration, or for logs of one
/// configuration; or a folder, which gets a file for each. A file that has OUT's name is replaced
/// only if a merge wrote it. Nothing is written if the files cannot be merged or the disk has no
/// room for all of it: then kFailed.
int report_merge(const ReportMerge& options);

/// `report LOGS... --hgrm OUT`: writes the histogram of all intervals of logs, in nanoseconds. OUT
/// is one file if there is one log with one tag; or a folder, which gets a file for each.
int report_totals(const ReportTotals& options);

/// `report --values FILE --hgrm OUT`: reads a column of latencies, writes their histogram.
int report_values(const ReportValues& options);

}  // namespace walbench::tools
