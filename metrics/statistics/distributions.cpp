#include "metrics/statistics/distributions.hpp"

#include <cmath>
#include <initializer_list>
#include <limits>

namespace walbench::metrics {
namespace {

/// The C library's lgamma() stores a sign in a global variable. It is not needed here, since the
/// arguments are positive.
double log_gamma(double value) {
  int sign = 0;
  return ::lgamma_r(value, &sign);
}

/// The continued fraction of I_x(a, b), evaluated from its head by Lentz's method as Thompson and
/// Barnett modified it. Its terms are those of the NIST Handbook of Mathematical
/// Functions, 8.17.22. It takes about as many terms as the square root of the larger parameter.
double beta_fraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300;
  constexpr int kMostTerms = 10'000'000;
  const auto not_zero = [](double value) { return std::abs(value) < kTiny ? kTiny : value; };
  double numerator_ratio = 1;
  double denominator_ratio = 1 / not_zero(1 - (a + b) * x / (a + 1));
  double fraction = denominator_ratio;
  for (int term = 1; term < kMostTerms; ++term) {
    const double m = term;
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    double step = 1;
    for (const double coefficient : {even, odd}) {
      denominator_ratio = 1 / not_zero(1 + coefficient * denominator_ratio);
      numerator_ratio = not_zero(1 + coefficient / numerator_ratio);
      step = denominator_ratio * numerator_ratio;
      fraction *= step;
    }
    if (std::abs(step - 1) < 4 * std::numeric_limits<double>::epsilon()) break;
  }
  return fraction;
}

}  // namespace

double regularized_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front = std::exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * std::log(x) +
                                b * std::log1p(-x));
  // The fraction converges fast on one side of the distribution's bulk; the other is its mirror.
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double binomial_at_most(std::int64_t count, std::int64_t trials, double success) {
  if (count < 0) return 0;
  if (count >= trials) return 1;
  const auto failures = static_cast<double>(trials - count);
  return regularized_beta(failures, static_cast<double>(count) + 1, 1 - success);
}

double binomial_upper_limit(std::int64_t count, std::int64_t trials, double doubt) {
  if (count >= trials) return 1;
  double low = 0;
  double high = 1;
  constexpr int kHalvings = 60;
  for (int halving = 0; halving < kHalvings; ++halving) {
    const double middle = (low + high) / 2;
    (binomial_at_most(count, trials, middle) >= doubt ? low : high) = middle;
  }
  return high;
}

double student_t(double degrees_of_freedom, double outside) {
  // |t| is beyond a value with the chance I_x(f/2, 1/2) for x = f / (f + value^2), which rises with
  // x. Halving in the logarithm of x reaches the far tail too.
  double low = std::log(std::numeric_limits<double>::min());
  double high = 0;
  constexpr int kHalvings = 100;
  for (int halving = 0; halving < kHalvings; ++halving) {
    const double middle = (low + high) / 2;
    const bool enough = regularized_beta(degrees_of_freedom / 2, 0.5, std::exp(middle)) < outside;
    (enough ? low : high) = middle;
  }
  return std::sqrt(degrees_of_freedom * std::expm1(-low));
}

}  // namespace walbench::metrics
