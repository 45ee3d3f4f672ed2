#include "tools/document/document_cells.hpp"

#include <fmt/format.h>

#include <cmath>

#include "tools/document/result_tables.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {

DocumentCell milliseconds_cell(double ns) {
  const double ms = ns / 1e6;
  return {format_milliseconds(ms), ms};
}

DocumentCell count_cell(std::int64_t count) {
  return {with_thousands(count), static_cast<double>(count)};
}

DocumentCell rate_cell(double per_second) {
  return {with_thousands(per_second), per_second};
}

DocumentCell bytes_cell(std::int64_t bytes) {
  return {format_bytes(bytes), static_cast<double>(bytes)};
}

DocumentCell percent_cell(double share) {
  // What rounds to nothing has no sign.
  const double percent = std::round(1000 * share) / 10;
  return {fmt::format("{:.1f} %", percent == 0 ? 0.0 : percent), share};
}

DocumentCell ratio_cell(std::int64_t numerator, std::int64_t denominator) {
  if (denominator == 0) return {"-", {}};
  const double ratio = static_cast<double>(numerator) / static_cast<double>(denominator);
  return {fmt::format("{:.1f}", ratio), ratio};
}

DocumentCell percentile_cell(const metrics::Histogram* histogram, double percentile) {
  if (histogram == nullptr) return {"-", {}};
  return milliseconds_cell(static_cast<double>(histogram->value_at_percentile(percentile)));
}

}  // namespace walbench::tools
