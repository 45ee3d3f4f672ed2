#pragma once

#include <array>
#include <cstdint>

namespace walbench::engine {

/// A stream of random numbers: xoshiro256** (Blackman, Vigna 2018), started by splitmix64 (Steele,
/// Lea, Flood 2014). A copy continues with the same numbers. Used by one thread at a time.
class RandomStream {
 public:
  /// Streams of one seed with different numbers are independent of each other.
  RandomStream(std::uint64_t seed, std::uint64_t number);

  std::uint64_t bits();

  /// From 0 to below 1, in steps of 2^-53.
  double unit();

 private:
  std::array<std::uint64_t, 4> state_{};
};

/// The distributions of pgbench over the whole numbers from `least` to `most`, as its manual
/// defines them. All throw std::domain_error, with a sentence, if the range is empty or has more
/// than 2^63 - 1 values, or if the parameter is not allowed.
std::int64_t random_uniform(RandomStream& random, std::int64_t least, std::int64_t most);

/// Most often near `least`: P(i) = f(i) - f(i + 1) with f(x) = exp(-parameter (x - least) / n) /
/// (1 - exp(-parameter)), n values. `parameter` > 0.
std::int64_t random_exponential(RandomStream& random, std::int64_t least, std::int64_t most,
                                double parameter);

/// Most often in the middle: a normal distribution, cut off at `parameter` standard deviations on
/// both sides, that fills the range. `parameter` >= 2.
std::int64_t random_gaussian(RandomStream& random, std::int64_t least, std::int64_t most,
                             double parameter);

/// Most often `least`: P(least + k - 1) is proportional to k^-parameter. `parameter` from 1.001 to
/// 1000. By rejection-inversion (Hoermann, Derflinger 1996), which needs less than two attempts for
/// every range and parameter, where the method of pgbench (Devroye 1986) needs hundreds if the
/// range is small and the parameter near 1.
std::int64_t random_zipfian(RandomStream& random, std::int64_t least, std::int64_t most,
                            double parameter);

}  // namespace walbench::engine
