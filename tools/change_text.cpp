#include "tools/change_text.hpp"

#include <fmt/format.h>

#include <cmath>

#include "tools/result_tables.hpp"
#include "tools/text.hpp"

namespace walbench::tools {

std::string figure_text(std::string_view figure, double value) {
  return figure == kThroughput ? with_thousands(value) : format_milliseconds(value);
}

std::string ratio_text(double ratio) {
  constexpr double kHardToRead = 10;
  if (ratio >= kHardToRead) {
    return "x" + (ratio < 1000 ? fmt::format("{:.1f}", ratio) : with_thousands(ratio));
  }
  constexpr double kAlmostNothing = 0.01;
  if (ratio < kAlmostNothing) return "1/" + with_thousands(1 / ratio);
  const double percent = std::round(1000 * (ratio - 1)) / 10;
  if (percent != 0) return fmt::format("{:+.1f} %", percent);
  // What is shown as a difference must not look like none.
  return ratio == 1 ? "0.0 %" : fmt::format("{:+.2g} %", 100 * (ratio - 1));
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
