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
  const auto value_at = [&](double percentile) {
    return static_cast<double>(histogram.value_at_percentile(percentile));
  };
  curve.push_back({1, value_at(0)});
  for (int step = 1;; ++step) {
    const double inverse = std::pow(10, static_cast<double>(step) / kPointsPerDecade);
    if (inverse >= samples) break;
    curve.push_back({inverse, value_at(100 * (1 - 1 / inverse))});
  }
  if (samples > 1) curve.push_back({samples, value_at(100)});
  return curve;
}

std::vector<CurvePoint> percentile_curve(const HgrmFile& file) {
  std::vector<CurvePoint> curve;
  const auto samples = static_cast<double>(file.total_count);
  for (const PercentileRow& row : file.rows) {
    const auto left = static_cast<double>(file.total_count - row.cumulative_count);
    const double inverse = left > 0 ? samples / left : samples;
    // The last of the rows that count the same is the one with the largest value.
    if (!curve.empty() && curve.back().inverse_distance == inverse) curve.pop_back();
    if (inverse >= 1) curve.push_back({inverse, row.value});
  }
  return curve;
}

}  // namespace walbench::metrics
