#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>

#include "metrics/histogram/histogram.hpp"

namespace walbench::metrics {

/// Latencies drawn from a distribution: the same ones from the same seed, with every standard
/// library, whose own distributions differ.
class SimulatedSamples {
 public:
  explicit SimulatedSamples(std::uint64_t seed) : generator_(seed) {}

  /// Above 0 and at most 1.
  double uniform() {
    constexpr double kSteps = 9007199254740992.0;  // 2^53
    return (static_cast<double>(generator_() >> 11U) + 1) / kSteps;
  }

  double normal() {
    const double radius = std::sqrt(-2 * std::log(uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }

  /// About 0.1 ms, log-normal.
  double lognormal() { return 1e5 * std::exp(0.2 * normal()); }

  /// The same, but one in 50 has a Pareto tail that begins at 1 ms and whose variance is finite,
  /// though no moment above it.
  double heavy_tailed() {
    if (uniform() > 0.02) return lognormal();
    return 1e6 * std::pow(uniform(), -1 / 3.0);
  }

  template <typename Draw>
  static Histogram histogram(int count, double factor, Draw draw) {
    Histogram histogram;
    for (int sample = 0; sample < count; ++sample) {
      EXPECT_TRUE(histogram.record(std::llround(draw() * factor)));
    }
    return histogram;
  }

 private:
  std::mt19937_64 generator_;
};

}  // namespace walbench::metrics
