#include "metrics/histogram/percentile_curve.hpp"

#include <cmath>

namespace walbench::metrics {
namespace {

constexpr int kPointsPerDecade = 10;

}  // namespace

std::vector<CurvePoint> percentile_curve(const Histogram& histogram) {
  std::vector<CurvePoint> curve;
  if (histogram.total_count() == 0) return curve;
  const auto samples = static_cast<double>(histogram.total_count());
  curve.push_back({1, histogram.value_at_percentile(0)});
  for (int step = 1;; ++step) {
    const double inverse = std::pow(10, static_cast<double>(step) / kPointsPerDecade);
    if (inverse >= samples) break;
    curve.push_back({inverse, histogram.value_at_percentile(100 * (1 - 1 / inverse))});
  }
  if (samples > 1) curve.push_back({samples, histogram.max()});
  return curve;
}

}  // namespace walbench::metrics
