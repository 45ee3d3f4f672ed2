#include "metrics/statistics/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "metrics/statistics/distributions.hpp"

namespace walbench::metrics {
namespace {

/// The logarithms of one side's figures: their mean, the variance of that mean, and how far
/// rounding may have moved it.
struct LogMean {
  double mean = 0;
  double variance = 0;
  double degrees_of_freedom = 1;
  double rounding = 0;
};

LogMean log_mean(std::span<const RunFigure> figures) {
  const auto count = static_cast<double>(figures.size());
  LogMean result{.mean = 0, .variance = 0, .degrees_of_freedom = count - 1, .rounding = 0};
  double rounding_variance = 0;
  for (const RunFigure& figure : figures) {
    result.mean += std::log(figure.value) / count;
    const double relative = figure.resolution / figure.value;
    result.rounding += relative / count;
    rounding_variance += relative * relative / 12 / count;  // of a uniform distribution
  }
  double squares = 0;
  for (const RunFigure& figure : figures) {
    const double deviation = std::log(figure.value) - result.mean;
    squares += deviation * deviation;
  }
  result.variance = std::max(squares / (count - 1), rounding_variance) / count;
  return result;
}

}  // namespace

double median(std::span<const double> values) {
  if (values.empty()) return 0;
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  const std::size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

Change paired_change(std::span<const double> before, std::span<const double> after, double least,
                     double outside) {
  std::vector<double> logs;
  for (std::size_t pair = 0; pair < before.size(); ++pair) {
    logs.push_back(std::log(std::max(after[pair], least) / std::max(before[pair], least)));
  }
  const auto count = static_cast<double>(logs.size());
  const double mean = std::accumulate(logs.begin(), logs.end(), 0.0) / count;
  Change change{std::exp(mean), std::nullopt};
  if (logs.size() < 2) return change;

  const double squares =
      std::accumulate(logs.begin(), logs.end(), 0.0,
                      [mean](double sum, double log) { return sum + (log - mean) * (log - mean); });
  const double standard_error = std::sqrt(squares / (count - 1) / count);
  const double reach = student_t(count - 1, outside) * standard_error;
  change.interval = Change::Interval{std::exp(mean - reach), std::exp(mean + reach)};
  return change;
}

Change unpaired_change(std::span<const RunFigure> before, std::span<const RunFigure> after,
                       double outside) {
  const LogMean one = log_mean(before);
  const LogMean other = log_mean(after);
  const double mean = other.mean - one.mean;
  const double variance = one.variance + other.variance;
  // Welch and Satterthwaite: the degrees of freedom that fit the sum of two unequal variances.
  const double freedom = variance * variance /
                         (one.variance * one.variance / one.degrees_of_freedom +
                          other.variance * other.variance / other.degrees_of_freedom);
  // Both sides are rounded the same way, so their errors do not add up; but runs that are alike are
  // all rounded alike, so they do not cancel out either.
  const double reach =
      student_t(freedom, outside) * std::sqrt(variance) + std::max(one.rounding, other.rounding);
  return {std::exp(mean), Change::Interval{std::exp(mean - reach), std::exp(mean + reach)}};
}

}  // namespace walbench::metrics
