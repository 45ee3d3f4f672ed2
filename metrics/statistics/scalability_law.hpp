#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>

namespace walbench::metrics {

/// Throughput at one number of threads.
struct ThroughputPoint {
  double concurrency = 1;
  double per_second = 0;
};

/// A parameter as fitted, and the range in which it stays while one of the throughputs is 10 % off.
struct FittedParameter {
  double value = 0;
  double low = 0;
  double high = 0;
};

/// Neil Gunther's Universal Scalability Law,
///
///   X(N) = gamma N / (1 + sigma (N - 1) + kappa N (N - 1)),
///
/// fitted to measured throughputs. X peaks at N = sqrt((1 - sigma) / kappa).
struct ScalabilityFit {
  double gamma = 0;       ///< throughput of one thread, a second
  FittedParameter sigma;  ///< contention: the share of the work that is done one at a time
  FittedParameter kappa;  ///< coherency: what each pair of threads costs the other
  std::optional<FittedParameter> peak;  ///< the concurrency of most throughput; nothing: it levels
                                        ///< off without a peak
  bool peak_determined = false;         ///< the peak's range is within a factor of 2 of its value
  double worst_residual = 0;            ///< the largest |measured / fitted - 1| of a throughput
  double worst_residual_at = 0;         ///< the concurrency that has it
  bool exact = false;                   ///< as many parameters as points: the residual says nothing

  /// X(N), the throughput that the law gives at a concurrency of 1 or more.
  double per_second(double concurrency) const {
    return gamma * concurrency /
           (1 + sigma.value * (concurrency - 1) + kappa.value * concurrency * (concurrency - 1));
  }
};

/// Fits by least squares of measured / fitted - 1, with sigma and kappa at least 0. A sentence
/// instead where the points do not determine a fit: fewer than three different concurrencies, no
/// loss to explain, or a best fit that is more than 25 % off. Requires: all numbers above zero.
std::variant<ScalabilityFit, std::string> fit_scalability_law(
    std::span<const ThroughputPoint> points);

}  // namespace walbench::metrics
