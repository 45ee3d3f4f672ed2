#pragma once

#include <cstdint>

namespace walbench::metrics {

/// The regularized incomplete beta function I_x(a, b): the chance that a Beta(a, b) variate is at
/// most `x`. By its continued fraction; right to ten digits for small parameters, to two where they
/// are near 1e12. Requires: a and b above 0, x from 0 to 1.
double regularized_beta(double a, double b, double x);

/// The chance that of `trials` independent trials, each of which succeeds with chance `success` (0
/// to 1), at most `count` do. Requires: trials at least 1 and at most 1e12.
double binomial_at_most(std::int64_t count, std::int64_t trials, double success);

/// The largest chance of success for which it is not unlikely (at least `doubt`) to see at most
/// `count` successes in `trials`: the upper confidence limit of Clopper and Pearson; 1 without
/// trials. Requires: trials at most 1e12.
double binomial_upper_limit(std::int64_t count, std::int64_t trials, double doubt);

/// Student's t: what a t-distributed number of that many degrees of freedom exceeds, either way,
/// with chance `outside` (above 0, below 1). Degrees need not be whole, as Welch's are not.
/// Requires: at least 1.
double student_t(double degrees_of_freedom, double outside);

}  // namespace walbench::metrics
