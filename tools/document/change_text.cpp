#include "tools/document/change_text.hpp"

#include "tools/document/result_tables.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {

std::string figure_text(std::string_view figure, double value) {
  return figure == kThroughput ? with_thousands(value) : format_milliseconds(value);
}

std::string interval_text(const metrics::Change& change) {
  if (!change.interval) return "-";
  return ratio_text(change.interval->low) + " .. " + ratio_text(change.interval->high);
}

std::string conclusion(const metrics::ChangeRow& row) {
  if (!row.change.interval) return "one repeat";
  if (!row.change.shown()) return std::string(kNoDifference);
  const bool better_larger = row.figure == kThroughput;
  return row.change.shown_larger() == better_larger ? "better" : "worse";
}

}  // namespace walbench::tools
