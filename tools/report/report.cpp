// report: tells what .hgrm and .hlog files hold.

#include <string>
#include <variant>
#include <vector>

#include "tools/program/run_program.hpp"
#include "tools/report/report_commands.hpp"
#include "tools/report/report_options.hpp"

namespace walbench::tools {
namespace {

int run_report(const std::vector<std::string>& arguments) {
  const auto parsed = parse_report_options(arguments);
  if (const auto* const end = std::get_if<ParseEnd>(&parsed)) return end->tell();
  if (const auto* const both = std::get_if<ReportCompare>(&parsed)) return report_compare(*both);
  if (const auto* const merge = std::get_if<ReportMerge>(&parsed)) return report_merge(*merge);
  if (const auto* const values = std::get_if<ReportValues>(&parsed)) return report_values(*values);
  if (const auto* const totals = std::get_if<ReportTotals>(&parsed)) return report_totals(*totals);
  return report_files(std::get<ReportFiles>(parsed));
}

}  // namespace
}  // namespace walbench::tools

int main(int argc, char** argv) {
  return walbench::tools::run_program("report", argc, argv, walbench::tools::run_report);
}
