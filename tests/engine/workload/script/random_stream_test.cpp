// Would catch: a distribution with the wrong shape, so that rows are hot that should not be;
// numbers that are not the same for the same seed; a range whose ends are never drawn.

#include "engine/workload/script/random_stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <vector>

namespace walbench::engine {
namespace {

constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();

double normal(double x) {
  return std::erfc(-x / std::sqrt(2.0)) / 2;
}

struct Distribution {
  std::string name;
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::function<std::int64_t(RandomStream&)> draw;
  /// In proportion to the chance of the value, by the formula of pgbench's manual.
  std::function<double(std::int64_t)> weight;
};

Distribution uniform(std::int64_t least, std::int64_t most) {
  return {"uniform", least, most,
          [=](RandomStream& random) { return random_uniform(random, least, most); },
          [](std::int64_t) { return 1.0; }};
}

Distribution exponential(std::int64_t least, std::int64_t most, double parameter) {
  const double n = static_cast<double>(most - least + 1);
  const auto f = [=](std::int64_t x) {
    return std::exp(-parameter * static_cast<double>(x - least) / n);
  };
  return {"exponential", least, most,
          [=](RandomStream& random) { return random_exponential(random, least, most, parameter); },
          [=](std::int64_t i) { return f(i) - f(i + 1); }};
}

Distribution gaussian(std::int64_t least, std::int64_t most, double parameter) {
  const double n = static_cast<double>(most - least + 1);
  const double middle = static_cast<double>(most + least) / 2;
  const auto f = [=](double x) { return normal(2 * parameter * (x - middle) / n); };
  return {"gaussian", least, most,
          [=](RandomStream& random) { return random_gaussian(random, least, most, parameter); },
          [=](std::int64_t i) {
            const auto x = static_cast<double>(i);
            return f(x + 0.5) - f(x - 0.5);
          }};
}

Distribution zipfian(std::int64_t least, std::int64_t most, double parameter) {
  return {"zipfian", least, most,
          [=](RandomStream& random) { return random_zipfian(random, least, most, parameter); },
          [=](std::int64_t i) { return std::pow(static_cast<double>(i - least + 1), -parameter); }};
}

std::vector<Distribution> distributions() {
  return {uniform(1, 10),         uniform(-50, 49),           uniform(0, 0),
          exponential(1, 10, 3),  exponential(-100, 99, 0.5), exponential(1, 1000, 20),
          exponential(0, 9, 700), gaussian(1, 10, 2.5),       gaussian(-500, 500, 2),
          gaussian(1, 100, 6),    zipfian(1, 10, 1.5),        zipfian(1, 1000, 1.001),
          zipfian(-5, 994, 1.07), zipfian(1, 3, 1.2),         zipfian(7, 8, 1.001),
          zipfian(1, 100, 4)};
}

/// The chance of each value.
std::vector<double> chances(const Distribution& of) {
  std::vector<double> chances;
  for (std::int64_t i = of.least; i <= of.most; ++i) {
    chances.push_back(of.weight(i));
  }
  const double sum = std::reduce(chances.begin(), chances.end());
  for (double& chance : chances) {
    chance /= sum;
  }
  return chances;
}

// The seeds are fixed, so a passing test passes for ever; the bounds are five standard errors.
constexpr int kDraws = 100'000;

TEST(Distributions, HaveTheMeanOfTheirFormula) {
  for (const Distribution& each : distributions()) {
    const std::vector<double> expected = chances(each);
    double mean = 0;
    double square = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      mean += expected[i] * static_cast<double>(i);
      square += expected[i] * static_cast<double>(i * i);
    }
    RandomStream random(1, 2);
    double sum = 0;
    for (int i = 0; i < kDraws; ++i) {
      sum += static_cast<double>(each.draw(random) - each.least);
    }
    const double error = std::sqrt(std::max(0.0, square - mean * mean) / kDraws);
    EXPECT_NEAR(sum / kDraws, mean, 5 * error + 1e-9) << each.name << " to " << each.most;
  }
}

/// Every quantile at once: the largest distance of the two distribution functions (Kolmogorov
/// 1933).
TEST(Distributions, HaveTheQuantilesOfTheirFormula) {
  for (const Distribution& each : distributions()) {
    const std::vector<double> expected = chances(each);
    std::vector<int> seen(expected.size());
    RandomStream random(3, 4);
    for (int i = 0; i < kDraws; ++i) {
      const std::int64_t value = each.draw(random);
      ASSERT_GE(value, each.least) << each.name;
      ASSERT_LE(value, each.most) << each.name;
      ++seen[static_cast<std::size_t>(value - each.least)];
    }
    double distance = 0;
    double should = 0;
    double is = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      should += expected[i];
      is += seen[i] / static_cast<double>(kDraws);
      distance = std::max(distance, std::abs(should - is));
    }
    EXPECT_LT(distance, 1.95 / std::sqrt(kDraws)) << each.name << " to " << each.most;  // P < 0.001
  }
}

/// 3.2 standard errors for each value: the head of a Zipf distribution is what matters.
TEST(Distributions, GiveTheMostFrequentValuesTheirShare) {
  const Distribution zipf = zipfian(1, 1'000'000, 1.2);
  const std::vector<double> expected = chances(zipf);
  std::vector<int> seen(6);
  RandomStream random(5, 6);
  for (int i = 0; i < kDraws; ++i) {
    const std::int64_t value = zipf.draw(random);
    if (value <= 5) ++seen[static_cast<std::size_t>(value)];
  }
  for (std::size_t value = 1; value <= 5; ++value) {
    const double should = expected[value - 1] * kDraws;
    EXPECT_NEAR(seen[value], should, 3.2 * std::sqrt(should)) << value;
  }
}

TEST(Distributions, StayWithinLargeRanges) {
  RandomStream random(1, 1);
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_GE(random_uniform(random, 0, kHighest - 1), 0);
    EXPECT_LT(random_uniform(random, kLowest, -2), -1);
    EXPECT_GE(random_exponential(random, 1, kHighest, 1e-300), 1);
    EXPECT_GE(random_gaussian(random, 1, kHighest, 2), 1);
    EXPECT_GE(random_zipfian(random, 1, kHighest, 1.001), 1);
    EXPECT_EQ(random_zipfian(random, 1, kHighest, 1000), 1);
  }
}

TEST(RandomStreams, AreTheSameForTheSameSeedAndNumber) {
  RandomStream one(7, 3);
  RandomStream other(7, 3);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(one.bits(), other.bits());
  }
  RandomStream copy = one;
  EXPECT_EQ(one.bits(), copy.bits());
}

TEST(RandomStreams, DifferByTheirNumbersAndSeeds) {
  std::vector<std::uint64_t> first;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    for (std::uint64_t number = 0; number < 10; ++number) {
      first.push_back(RandomStream(seed, number).bits());
    }
  }
  std::ranges::sort(first);
  EXPECT_EQ(std::ranges::adjacent_find(first), first.end());
}

/// Numbers of neighbouring clients must not go together.
TEST(RandomStreams, OfNeighboursDoNotCorrelate) {
  RandomStream one(1, 0);
  RandomStream next(1, 1);
  double sum = 0;
  for (int i = 0; i < kDraws; ++i) {
    sum += (one.unit() - 0.5) * (next.unit() - 0.5);
  }
  EXPECT_LT(std::abs(sum / kDraws), 5.0 / 12 / std::sqrt(kDraws));
}

}  // namespace
}  // namespace walbench::engine
