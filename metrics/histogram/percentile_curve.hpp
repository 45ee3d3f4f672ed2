#pragma once

#include <cstdint>
#include <vector>

#include "metrics/histogram/histogram.hpp"

namespace walbench::metrics {

/// A point of a percentile curve as HdrHistogram's plotters draw it.
struct CurvePoint {
  double inverse_distance = 1;  ///< 1/(1-percentile), 1 or more: 1 is the minimum, 100 is P99
  std::int64_t value = 0;       ///< in the histogram's unit
};

/// The curve from the smallest value to the largest, which stands where 1/(1-percentile) is the
/// number of samples: a curve that went further would show what nobody measured. Ten points to each
/// factor of 10. Empty where there are no samples.
std::vector<CurvePoint> percentile_curve(const Histogram& histogram);

}  // namespace walbench::metrics
