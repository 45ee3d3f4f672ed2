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

std::string conclusion(const metrics::FigureChange& figure) {
  if (!figure.change.interval) return "one repeat";
  if (!figure.change.shown()) return std::string(kNoDifference);
  return std::string(metrics::verdict_name(figure.verdict));
}

}  // namespace walbench::tools
