// Silent bugs these tests would catch: a tail that is off by a factor where nobody looks, so that
// intervals are too narrow at just the levels that a comparison of many figures needs.

#include "metrics/statistics/distributions.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <tuple>
#include <vector>

#include "metrics/statistics/statistics.hpp"

namespace walbench::metrics {
namespace {

TEST(RegularizedBeta, IsTheUniformDistributionForOneAndOne) {
  for (const double x : {0.0, 0.001, 0.3, 0.5, 0.999, 1.0}) {
    EXPECT_NEAR(regularized_beta(1, 1, x), x, 1e-12);
  }
}

// I_x(2, 3) = 6 x^2 - 8 x^3 + 3 x^4, by integrating 12 x (1-x)^2.
TEST(RegularizedBeta, IsThePolynomialForSmallWholeParameters) {
  for (const double x : {0.1, 0.35, 0.4, 0.6, 0.95}) {
    EXPECT_NEAR(regularized_beta(2, 3, x), 6 * x * x - 8 * std::pow(x, 3) + 3 * std::pow(x, 4),
                1e-12);
  }
}

TEST(RegularizedBeta, IsItsOwnMirror) {
  for (const double x : {0.02, 0.3, 0.5, 0.9}) {
    EXPECT_NEAR(regularized_beta(7.5, 0.5, x), 1 - regularized_beta(0.5, 7.5, 1 - x), 1e-12);
  }
}

TEST(RegularizedBeta, IsZeroAndOneOutside) {
  EXPECT_EQ(regularized_beta(2, 3, -1), 0);
  EXPECT_EQ(regularized_beta(2, 3, 2), 1);
}

double summed_up(std::int64_t count, std::int64_t trials, double success) {
  double sum = 0;
  double combinations = 1;
  for (std::int64_t k = 0; k <= count; ++k) {
    sum += combinations * std::pow(success, k) * std::pow(1 - success, trials - k);
    combinations *= static_cast<double>(trials - k) / static_cast<double>(k + 1);
  }
  return sum;
}

TEST(BinomialAtMost, IsTheSumOfItsTerms) {
  for (const double success : {0.01, 0.5, 0.95}) {
    for (std::int64_t count = 0; count < 20; ++count) {
      EXPECT_NEAR(binomial_at_most(count, 20, success), summed_up(count, 20, success), 1e-12);
    }
  }
}

TEST(BinomialAtMost, IsZeroBelowNothingAndOneForAll) {
  EXPECT_EQ(binomial_at_most(-1, 10, 0.5), 0);
  EXPECT_EQ(binomial_at_most(10, 10, 0.5), 1);
}

// 0.394 of 10 with one success is in every table of Clopper and Pearson.
TEST(BinomialUpperLimit, IsTheTextbooksAndThatOfTheChance) {
  EXPECT_NEAR(binomial_upper_limit(0, 100, 0.05), 1 - std::pow(0.05, 0.01), 1e-9);
  EXPECT_NEAR(binomial_upper_limit(1, 10, 0.05), 0.394163, 1e-6);
  for (const std::int64_t count : {0, 3, 500}) {
    const double limit = binomial_upper_limit(count, 10'000, 0.05);
    EXPECT_NEAR(binomial_at_most(count, 10'000, limit), 0.05, 1e-9) << count;
  }
  EXPECT_EQ(binomial_upper_limit(0, 0, 0.05), 1) << "nothing was tried";
  EXPECT_EQ(binomial_upper_limit(7, 7, 0.05), 1);
}

TEST(BinomialAtMost, HoldsForMoreTrialsThanAnybodyMakes) {
  const double half = binomial_at_most(500'000'000'000, 1'000'000'000'000, 0.5);
  EXPECT_NEAR(half, 0.5, 0.01);
}

// From printed tables of the two-sided quantiles.
TEST(StudentT, HasTheValuesOfTheTableAtOtherLevelsToo) {
  const std::vector<std::tuple<double, double, double>> table = {
      {1, 0.05, 12.706},  {4, 0.05, 2.776},  {30, 0.05, 2.042}, {1e6, 0.05, 1.960},
      {1, 0.01, 63.657},  {4, 0.01, 4.604},  {10, 0.01, 3.169}, {1e6, 0.01, 2.576},
      {2, 0.001, 31.599}, {4, 0.001, 8.610}, {8, 0.001, 5.041}, {1e6, 0.001, 3.291}};
  for (const auto& [freedom, outside, t] : table) {
    EXPECT_NEAR(student_t(freedom, outside), t, 0.0006) << freedom << " " << outside;
  }
}

TEST(StudentT, TakesDegreesBetweenWholeOnes) {
  EXPECT_LT(student_t(3, 0.05), student_t(2.5, 0.05));
  EXPECT_LT(student_t(2.5, 0.05), student_t(2, 0.05));
}

TEST(StudentT, RisesWithoutEndTowardsCertainty) {
  EXPECT_LT(student_t(4, 1e-6), student_t(4, 1e-9));
  EXPECT_TRUE(std::isfinite(student_t(1, 1e-12)));
}

}  // namespace
}  // namespace walbench::metrics
