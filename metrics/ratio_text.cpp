#include "metrics/ratio_text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace walbench::metrics {

std::string ratio_text(double ratio) {
  constexpr double kFar = 1000;
  if (std::isnan(ratio)) return "-";
  if (ratio > kFar) return ">x1,000";
  if (ratio < 1 / kFar) return "<1/1,000";

  constexpr double kHardToRead = 10;
  if (ratio >= kHardToRead) return fmt::format("x{:.1f}", ratio);
  constexpr double kAlmostNothing = 0.01;
  if (ratio < kAlmostNothing) return fmt::format("1/{:.0f}", 1 / ratio);
  const double percent = std::round(1000 * (ratio - 1)) / 10;
  if (percent != 0) return fmt::format("{:+.1f} %", percent);
  // What is shown as a difference must not look like none.
  return ratio == 1 ? "0.0 %" : fmt::format("{:+.2g} %", 100 * (ratio - 1));
}

}  // namespace walbench::metrics
