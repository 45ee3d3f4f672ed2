#pragma once

#include <vector>

#include "metrics/histogram/hgrm.hpp"
#include "metrics/histogram/histogram.hpp"

namespace walbench::metrics {

/// A point of a percentile curve as HdrHistogram's plotters draw it.
struct CurvePoint {
  double inverse_distance = 1;  ///< 1/(1-percentile), 1 or more: 1 is the minimum, 100 is P99
  double value = 0;             ///< in the unit of what it is a curve of
};

/// The curve from the smallest value to the largest, which stands where 1/(1-percentile) is the
/// number of samples: a curve that went further would show what nobody measured. Ten points to each
/// factor of 10. Empty where there are no samples.
std::vector<CurvePoint> percentile_curve(const Histogram& histogram);

/// The same through the rows of a file, each where its count puts it: a point a row that counts
/// more samples than the one before.
std::vector<CurvePoint> percentile_curve(const HgrmFile& file);

}  // namespace walbench::metrics
