// The law has three parameters and is not linear in them, but N / X is:
//
//   N / X = a + b (N - 1) + c N (N - 1),   a = 1 / gamma, b = sigma / gamma, c = kappa / gamma.
//
// Multiplied by X / N it says 1 = a f1 + b f2 + c f3, and the error of that equation is the
// relative error of 1 / X. So relative least squares is linear least squares with every right side
// 1. Contention and coherency cannot be negative; where the free solution makes one so, the best
// admissible one has it at zero, and with two of them there are only four cases to compare.
//
// A fit through few points always looks good. To see if the points determine it, the fit is made
// again with each point moved by 10 % either way, about as much as throughputs vary from run to
// run.

#include "metrics/statistics/scalability_law.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <set>
#include <vector>

namespace walbench::metrics {
namespace {

constexpr std::size_t kParameters = 3;
constexpr double kMostResidual = 0.25;
constexpr double kPerturbation = 0.1;
constexpr double kMostSpread = 2;

using Vector = std::array<double, kParameters>;
using Matrix = std::array<Vector, kParameters>;

struct Solution {
  Vector abc{};
  double squares = 0;
};

Vector features(const ThroughputPoint& point) {
  const double n = point.concurrency;
  const double x = point.per_second;
  return {x / n, (n - 1) * x / n, (n - 1) * x};
}

double determinant(const Matrix& m) {
  return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
         m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
         m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
}

/// Solves the normal equations for the parameters that are `free` by Cramer's rule; the others are
/// zero. Returns nothing if the equations are singular.
std::optional<Vector> solve(std::span<const ThroughputPoint> points,
                            const std::array<bool, kParameters>& free) {
  // Columns of very different size make ill-conditioned equations, so each is scaled to length 1.
  Vector scale{};
  for (const ThroughputPoint& point : points) {
    const Vector f = features(point);
    for (std::size_t i = 0; i < kParameters; ++i) {
      scale[i] += f[i] * f[i];
    }
  }
  for (double& each : scale) {
    each = each > 0 ? std::sqrt(each) : 1;
  }
  Matrix left{};
  Vector right{};
  for (std::size_t i = 0; i < kParameters; ++i) {
    if (!free[i]) left[i][i] = 1;
  }
  for (const ThroughputPoint& point : points) {
    const Vector f = features(point);
    for (std::size_t i = 0; i < kParameters; ++i) {
      if (!free[i]) continue;
      right[i] += f[i] / scale[i];
      for (std::size_t j = 0; j < kParameters; ++j) {
        if (free[j]) left[i][j] += f[i] / scale[i] * f[j] / scale[j];
      }
    }
  }
  const double whole = determinant(left);
  constexpr double kSingular = 1e-12;
  if (std::abs(whole) < kSingular) return std::nullopt;
  Vector abc{};
  for (std::size_t column = 0; column < kParameters; ++column) {
    Matrix replaced = left;
    for (std::size_t row = 0; row < kParameters; ++row) {
      replaced[row][column] = right[row];
    }
    abc[column] = determinant(replaced) / whole / scale[column];
  }
  return abc;
}

/// A term so small beside what one thread takes that it is what rounding left of zero; the fit
/// without it then stands for both.
bool is_rounding(double term, double of_one_thread) {
  constexpr double kRounding = 1e-9;
  return term < kRounding * of_one_thread;
}

std::optional<Solution> best_admissible(std::span<const ThroughputPoint> points) {
  const double largest = std::ranges::max(points, {}, &ThroughputPoint::concurrency).concurrency;
  std::optional<Solution> best;
  for (const bool with_b : {true, false}) {
    for (const bool with_c : {true, false}) {
      const std::optional<Vector> abc = solve(points, {true, with_b, with_c});
      if (!abc || (*abc)[0] <= 0 || (*abc)[1] < 0 || (*abc)[2] < 0) continue;
      if (is_rounding((*abc)[1] * (largest - 1), (*abc)[0]) && with_b) continue;
      if (is_rounding((*abc)[2] * largest * (largest - 1), (*abc)[0]) && with_c) continue;
      double squares = 0;
      for (const ThroughputPoint& point : points) {
        const Vector f = features(point);
        const double error = 1 - (*abc)[0] * f[0] - (*abc)[1] * f[1] - (*abc)[2] * f[2];
        squares += error * error;
      }
      if (!best || squares < best->squares) best = Solution{*abc, squares};
    }
  }
  return best;
}

double sigma_of(const Vector& abc) {
  return abc[1] / abc[0];
}
double kappa_of(const Vector& abc) {
  return abc[2] / abc[0];
}

/// Infinite where throughput only levels off; 1 where every further thread costs.
double peak_of(const Vector& abc) {
  const double sigma = sigma_of(abc);
  if (sigma >= 1) return 1;
  const double kappa = kappa_of(abc);
  if (kappa <= 0) return std::numeric_limits<double>::infinity();
  return std::max(1.0, std::sqrt((1 - sigma) / kappa));
}

FittedParameter parameter(double (*of)(const Vector&), const Vector& fitted,
                          const std::vector<Vector>& moved) {
  FittedParameter result{of(fitted), of(fitted), of(fitted)};
  for (const Vector& each : moved) {
    result.low = std::min(result.low, of(each));
    result.high = std::max(result.high, of(each));
  }
  return result;
}

std::vector<Vector> fits_with_one_point_moved(std::span<const ThroughputPoint> points) {
  std::vector<Vector> fits;
  std::vector<ThroughputPoint> moved(points.begin(), points.end());
  for (ThroughputPoint& point : moved) {
    const double measured = point.per_second;
    for (const double factor : {1 - kPerturbation, 1 + kPerturbation}) {
      point.per_second = measured * factor;
      if (const std::optional<Solution> solution = best_admissible(moved)) {
        fits.push_back(solution->abc);
      }
    }
    point.per_second = measured;
  }
  return fits;
}

void add_residual(ScalabilityFit& fit, std::span<const ThroughputPoint> points) {
  for (const auto& [n, x] : points) {
    const double residual = std::abs(x / fit.per_second(n) - 1);
    if (residual < fit.worst_residual) continue;
    fit.worst_residual = residual;
    fit.worst_residual_at = n;
  }
}

}  // namespace

std::variant<ScalabilityFit, std::string> fit_scalability_law(
    std::span<const ThroughputPoint> points) {
  std::set<double> levels;
  for (const ThroughputPoint& point : points) {
    levels.insert(point.concurrency);
  }
  if (levels.size() < kParameters) {
    return fmt::format(
        "it has three parameters, and there are {} levels of concurrency; measure "
        "more, such as 1, 2, 5, 10, 20 and 50 threads",
        levels.size());
  }
  const std::optional<Solution> solution = best_admissible(points);
  if (!solution) return "these throughputs do not determine its parameters";
  const Vector& abc = solution->abc;

  ScalabilityFit fit;
  const std::vector<Vector> moved = fits_with_one_point_moved(points);
  fit.gamma = 1 / abc[0];
  fit.sigma = parameter(sigma_of, abc, moved);
  fit.kappa = parameter(kappa_of, abc, moved);
  fit.exact = levels.size() == kParameters && abc[1] > 0 && abc[2] > 0;
  add_residual(fit, points);
  if (fit.worst_residual > kMostResidual) {
    return fmt::format(
        "its best fit is {:.0f} % off at c={:.0f}, so it does not describe these throughputs",
        100 * fit.worst_residual, fit.worst_residual_at);
  }
  if (abc[1] == 0 && abc[2] == 0) {
    return "throughput grows in proportion to concurrency as far as it was measured, so neither "
           "contention nor coherency shows";
  }
  const FittedParameter peak = parameter(peak_of, abc, moved);
  if (std::isfinite(peak.value)) {
    fit.peak = peak;
    fit.peak_determined =
        peak.high <= kMostSpread * peak.value && peak.low * kMostSpread >= peak.value;
  }
  return fit;
}

}  // namespace walbench::metrics
