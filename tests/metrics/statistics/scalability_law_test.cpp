// Silent bugs these tests would catch: a peak concurrency that the measurements do not support,
// told as if they did; contention booked as coherency; a parameter that is no number, or negative,
// in a table where nobody expects it.

#include "metrics/statistics/scalability_law.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace walbench::metrics {
namespace {

using testing::HasSubstr;
using Points = std::vector<ThroughputPoint>;

struct Law {
  double gamma = 1;
  double sigma = 0;
  double kappa = 0;
};

Points points_of(const Law& law, const std::vector<double>& levels) {
  Points points;
  for (const double n : levels) {
    points.push_back({n, law.gamma * n / (1 + law.sigma * (n - 1) + law.kappa * n * (n - 1))});
  }
  return points;
}

void expect_ordered_numbers(const FittedParameter& parameter) {
  EXPECT_TRUE(std::isfinite(parameter.value));
  EXPECT_GE(parameter.value, 0);
  EXPECT_LE(parameter.low, parameter.value);
  EXPECT_GE(parameter.high, parameter.value);
}

/// The fit, of which every number is one.
ScalabilityFit fit_of(const Points& points) {
  const auto result = fit_scalability_law(points);
  if (const auto* const why = std::get_if<std::string>(&result)) {
    ADD_FAILURE() << *why;
    return {};
  }
  auto fit = std::get<ScalabilityFit>(result);
  EXPECT_TRUE(std::isfinite(fit.gamma));
  EXPECT_GT(fit.gamma, 0);
  expect_ordered_numbers(fit.sigma);
  expect_ordered_numbers(fit.kappa);
  if (fit.peak) expect_ordered_numbers(*fit.peak);
  EXPECT_TRUE(std::isfinite(fit.worst_residual));
  EXPECT_LE(fit.worst_residual, 0.25);
  return fit;
}

std::string refusal(const Points& points) {
  const auto result = fit_scalability_law(points);
  const auto* const why = std::get_if<std::string>(&result);
  return why == nullptr ? "fitted" : *why;
}

const std::vector<double> kUsualLevels = {1, 2, 5, 10, 20, 50};

TEST(ScalabilityLaw, RecoversTheParametersThePointsWereMadeFrom) {
  for (const std::vector<double>& levels :
       {kUsualLevels, {2, 5, 10, 20}, {1, 10, 50}, {10, 20, 50}, {50, 1, 10, 5}}) {
    for (const double gamma : {0.001, 900.0, 1e7}) {
      for (const double sigma : {0.02, 0.3, 0.9}) {
        for (const double kappa : {0.0005, 0.01, 0.2}) {
          SCOPED_TRACE(testing::Message() << gamma << " " << sigma << " " << kappa);
          const ScalabilityFit fit = fit_of(points_of({gamma, sigma, kappa}, levels));
          EXPECT_NEAR(fit.gamma / gamma, 1, 1e-6);
          EXPECT_NEAR(fit.sigma.value / sigma, 1, 1e-6);
          EXPECT_NEAR(fit.kappa.value / kappa, 1, 1e-6);
          EXPECT_LT(fit.worst_residual, 1e-9);
        }
      }
    }
  }
}

TEST(ScalabilityLaw, PeaksWhereThroughputIsLargest) {
  const Law law{500, 0.1, 0.009};
  const ScalabilityFit fit = fit_of(points_of(law, kUsualLevels));
  ASSERT_TRUE(fit.peak.has_value());
  EXPECT_NEAR(fit.peak->value, 10, 1e-6) << "sqrt(0.9 / 0.009)";
  const Points around = points_of(law, {9.9, fit.peak->value, 10.1});
  EXPECT_GT(around[1].per_second, around[0].per_second);
  EXPECT_GT(around[1].per_second, around[2].per_second);
}

TEST(ScalabilityLaw, PeaksAtOneWhereEveryFurtherThreadCosts) {
  for (const double sigma : {1.0, 1.5}) {
    const ScalabilityFit fit = fit_of(points_of({100, sigma, 0.01}, kUsualLevels));
    ASSERT_TRUE(fit.peak.has_value()) << sigma;
    EXPECT_NEAR(fit.peak->value, 1, 1e-3) << sigma;
  }
  // Here the formula alone would say 0.5 threads.
  const ScalabilityFit fit = fit_of(points_of({100, 0.5, 2}, kUsualLevels));
  ASSERT_TRUE(fit.peak.has_value());
  EXPECT_EQ(fit.peak->value, 1);
}

TEST(ScalabilityLaw, ContentionAloneLevelsOffWithoutAPeak) {
  // The error of the last point asks for a negative kappa, which there is not.
  Points points = points_of({100, 0.2, 0}, kUsualLevels);
  points.back().per_second *= 1.05;
  const ScalabilityFit fit = fit_of(points);
  EXPECT_EQ(fit.kappa.value, 0);
  EXPECT_NEAR(fit.sigma.value, 0.2, 0.02);
  EXPECT_FALSE(fit.peak.has_value());
  EXPECT_FALSE(fit.peak_determined);
  EXPECT_GT(fit.worst_residual, 0.001);
}

TEST(ScalabilityLaw, CoherencyAloneHasNoNegativeContention) {
  // That two threads do better than twice as well asks for a negative sigma.
  Points points = points_of({100, 0, 0.01}, kUsualLevels);
  points[1].per_second *= 1.1;
  points[2].per_second *= 1.1;
  const ScalabilityFit fit = fit_of(points);
  EXPECT_EQ(fit.sigma.value, 0);
  EXPECT_NEAR(fit.kappa.value, 0.01, 0.002);
  ASSERT_TRUE(fit.peak.has_value());
  EXPECT_NEAR(fit.peak->value, 1 / std::sqrt(fit.kappa.value), 1e-9);
}

TEST(ScalabilityLaw, TheWorstResidualIsThatOfThePointThatIsOff) {
  Points points = points_of({100, 0.1, 0.001}, kUsualLevels);
  points[3].per_second *= 0.85;
  const ScalabilityFit fit = fit_of(points);
  EXPECT_EQ(fit.worst_residual_at, 10);
  EXPECT_GT(fit.worst_residual, 0.05);
  EXPECT_LT(fit.worst_residual, 0.18);
}

TEST(ScalabilityLaw, ThreeLevelsAreAlwaysMetExactly) {
  EXPECT_TRUE(fit_of(points_of({100, 0.1, 0.01}, {1, 10, 50})).exact);
  EXPECT_FALSE(fit_of(points_of({100, 0.1, 0.01}, {1, 5, 10, 50})).exact);
}

TEST(ScalabilityLaw, ThePeakIsDeterminedWhereALittleNoiseDoesNotMoveItMuch) {
  const ScalabilityFit sharp = fit_of(points_of({100, 0.1, 0.01}, kUsualLevels));
  ASSERT_TRUE(sharp.peak.has_value());
  EXPECT_TRUE(sharp.peak_determined);
  EXPECT_LT(sharp.peak->low, sharp.peak->value);
  EXPECT_GT(sharp.peak->high, sharp.peak->value);

  // It lies far beyond the last point measured.
  const ScalabilityFit far = fit_of(points_of({100, 0.3, 0.0001}, {1, 2, 5, 10}));
  ASSERT_TRUE(far.peak.has_value());
  EXPECT_NEAR(far.peak->value, std::sqrt(0.7 / 0.0001), 0.01);
  EXPECT_FALSE(far.peak_determined);
  EXPECT_GT(far.peak->high, 2 * far.peak->value);
}

TEST(ScalabilityLaw, RangesHoldWhatANoisyPointWouldGive) {
  const Points points = points_of({100, 0.1, 0.01}, kUsualLevels);
  const ScalabilityFit fit = fit_of(points);
  for (std::size_t index = 0; index < points.size(); ++index) {
    for (const double factor : {0.9, 1.1}) {
      Points moved = points;
      moved.at(index).per_second *= factor;
      const ScalabilityFit other = fit_of(moved);
      EXPECT_GE(other.sigma.value, fit.sigma.low);
      EXPECT_LE(other.sigma.value, fit.sigma.high);
      EXPECT_GE(other.kappa.value, fit.kappa.low);
      EXPECT_LE(other.kappa.value, fit.kappa.high);
    }
  }
}

TEST(ScalabilityLaw, NeedsThreeDifferentLevels) {
  EXPECT_THAT(refusal({}), HasSubstr("there are 0 levels of concurrency"));
  EXPECT_THAT(refusal({{1, 10}, {2, 15}}), HasSubstr("there are 2 levels of concurrency"));
  const Points twice = {{1, 10}, {2, 15}, {2, 16}, {1, 11}};
  EXPECT_THAT(refusal(twice), HasSubstr("there are 2 levels of concurrency"));
  EXPECT_THAT(refusal(twice), HasSubstr("measure more, such as 1, 2, 5, 10, 20 and 50 threads"));
}

TEST(ScalabilityLaw, DoesNotExplainALossThatIsNone) {
  // A little more than proportional, so that no rounding error looks like a loss.
  EXPECT_THAT(refusal({{1, 100}, {2, 201}, {5, 505}, {10, 1020}}),
              HasSubstr("grows in proportion to concurrency"));
}

// Rounding errors are no loss, and no coherency that would make a peak of a thousand million
// threads.
TEST(ScalabilityLaw, RoundingErrorsAreNeitherContentionNorCoherency) {
  for (int step = 1; step <= 500; ++step) {
    const double gamma = 3.7 * step / (1 + step % 13);
    for (const std::vector<double>& levels : {kUsualLevels, {1, 2, 4, 8}, {1, 10, 50}}) {
      EXPECT_THAT(refusal(points_of({gamma, 0, 0}, levels)), HasSubstr("in proportion")) << gamma;
      const ScalabilityFit fit = fit_of(points_of({gamma, step / 700.0, 0}, levels));
      EXPECT_FALSE(fit.peak.has_value()) << step << ": " << fit.peak->value;
    }
  }
}

TEST(ScalabilityLaw, IsRefusedWhereItDoesNotDescribeThePoints) {
  EXPECT_THAT(refusal({{1, 100}, {2, 20}, {5, 500}, {10, 50}, {20, 2000}}),
              HasSubstr("so it does not describe these throughputs"));
  // Far more than proportional.
  EXPECT_THAT(refusal({{1, 1}, {10, 100}, {20, 400}}), HasSubstr("% off at c="));
}

TEST(ScalabilityLaw, NumbersThatCannotBeSquaredAreRefusedNotFittedToNoNumber) {
  for (const double x : {1e200, 1e-200}) {
    EXPECT_THAT(refusal({{1, x}, {2, 1.5 * x}, {5, 2 * x}}),
                HasSubstr("do not determine its parameters"))
        << x;
  }
}

// Anything that could be measured, from a fixed sequence.
TEST(ScalabilityLaw, EveryResultIsAFitOfNumbersOrASentence) {
  std::uint64_t state = 1;
  const auto next = [&state] {  // a linear congruential generator, of 0 to 1
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<double>(state >> 11U) / 9007199254740992.0;
  };
  int fits = 0;
  int refusals = 0;
  for (int trial = 0; trial < 3000; ++trial) {
    Points points;
    const double slope = 1.2 * next();
    for (const double n : kUsualLevels) {
      points.push_back({n, 1000 * std::pow(n, slope) * std::exp(0.5 * next())});
    }
    if (std::holds_alternative<std::string>(fit_scalability_law(points))) {
      EXPECT_FALSE(refusal(points).empty());
      ++refusals;
    } else {
      static_cast<void>(fit_of(points));
      ++fits;
    }
  }
  EXPECT_GT(fits, 100);
  EXPECT_GT(refusals, 100);
}

}  // namespace
}  // namespace walbench::metrics
