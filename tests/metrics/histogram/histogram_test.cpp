// Silent bugs these tests would catch: a sample counted in the wrong element, so that every
// percentile is a little off; a percentile whose rank is one too high or too low; a sample dropped
// or counted twice in a merge or a correction without anybody being told; a total that wraps.

#include "metrics/histogram/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

namespace walbench::metrics {
namespace {

constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kInt64Min = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kEndOfDefaultRange = 4'398'046'511'104;

struct GeometryCase {
  HistogramGeometry geometry;
  int bucket_count;
  int sub_bucket_count;
  std::size_t counts_length;
};

// Bucket counts as the Java reference prints them in its footer.
const std::vector<GeometryCase> geometry_cases = {
    {{}, 32, 2048, 33792},
    {{1, 3'600'000'000'000, 1}, 38, 32, 624},
    {{1, 3'600'000'000'000, 2}, 35, 256, 4608},
    {{1, 3'600'000'000'000, 4}, 28, 32768, 475136},
    {{1, 3'600'000'000'000, 5}, 25, 262144, 3407872},
    {{1000, 3'600'000'000'000, 3}, 23, 2048, 24576},
    {{4096, 10'000'000, 2}, 5, 256, 768},
    {{1, kInt64Max, 3}, 53, 2048, 55296},
    {{std::int64_t{1} << 52, kInt64Max, 2}, 4, 256, 640},
    {{std::int64_t{1} << 51, kInt64Max, 3}, 2, 2048, 3072},
    {{3, 6, 1}, 1, 32, 32},
    {{1, 2, 0}, 2, 2, 3},
    {{1, 2047, 3}, 1, 2048, 2048},
    {{1, 2048, 3}, 2, 2048, 3072},
};

void record_all(Histogram& histogram, const std::vector<std::int64_t>& values) {
  for (const std::int64_t value : values) {
    ASSERT_TRUE(histogram.record(value)) << value;
  }
}

// Magnitudes from 0 to 2^`bits`, all equally likely.
std::int64_t random_value(std::mt19937_64& random, int bits) {
  const auto magnitude = std::uniform_int_distribution<int>(0, bits)(random);
  return std::uniform_int_distribution<std::int64_t>(0, std::int64_t{1} << magnitude)(random);
}

TEST(HistogramGeometry, GivesTheReferencesBuckets) {
  for (const GeometryCase& each : geometry_cases) {
    const Histogram histogram(each.geometry);
    EXPECT_EQ(histogram.geometry(), each.geometry);
    EXPECT_EQ(histogram.bucket_count(), each.bucket_count);
    EXPECT_EQ(histogram.sub_bucket_count(), each.sub_bucket_count);
    EXPECT_EQ(histogram.counts_length(), each.counts_length);
    EXPECT_EQ(Histogram::counts_length_for(each.geometry), each.counts_length);
  }
}

TEST(HistogramGeometry, OutOfRangeIsRefused) {
  const std::vector<HistogramGeometry> bad = {
      {0, 1000, 3},  {-1, 1000, 3},       {kInt64Min, 1000, 3},
      {1, 1, 3},     {1, 0, 3},           {1, kInt64Min, 3},
      {10, 19, 3},   {kInt64Max, 2, 3},   {kInt64Max, kInt64Max, 3},
      {1, 1000, -1}, {1, 1000, 6},        {1, 1000, std::numeric_limits<int>::max()},
      {2, 3, 3},     {1, 1000, -1000000}, {std::int64_t{1} << 52, kInt64Max, 3},
  };
  for (const HistogramGeometry& geometry : bad) {
    EXPECT_THROW(Histogram{geometry}, std::invalid_argument);
    EXPECT_THROW(Histogram::counts_length_for(geometry), std::invalid_argument);
  }
}

TEST(HistogramLayout, EveryIndexStandsForOneUnbrokenRangeOfValues) {
  for (const GeometryCase& each : geometry_cases) {
    const Histogram histogram(each.geometry);
    std::int64_t expected_low = 0;
    for (std::size_t index = 0; index < histogram.counts_length(); ++index) {
      const std::int64_t low = histogram.value_at_index(index);
      const std::int64_t high = histogram.highest_equivalent(low);
      const std::int64_t median = histogram.median_equivalent(low);
      ASSERT_EQ(low, expected_low);
      ASSERT_EQ(histogram.index_of(low), index);
      ASSERT_EQ(histogram.index_of(high), index);
      ASSERT_EQ(histogram.lowest_equivalent(high), low);
      ASSERT_EQ(histogram.highest_equivalent(high), high);
      ASSERT_EQ(median, low + (high - low) / 2 + (high - low) % 2);
      if (high == kInt64Max) break;
      expected_low = high + 1;
    }
  }
}

TEST(HistogramLayout, ValuesOfOneElementDifferByLessThanThePrecision) {
  std::mt19937_64 random(1);
  const Histogram histogram;
  for (int i = 0; i < 100'000; ++i) {
    const std::int64_t value = random_value(random, 41);
    const std::int64_t low = histogram.lowest_equivalent(value);
    const std::int64_t high = histogram.highest_equivalent(value);
    ASSERT_TRUE(low <= value && value <= high);
    ASSERT_LE((high - low) * 1000, value);
  }
}

TEST(HistogramRecord, SaysWhenAValueDoesNotFit) {
  Histogram histogram;
  for (const std::int64_t value : {std::int64_t{-1}, kInt64Min, kEndOfDefaultRange, kInt64Max}) {
    EXPECT_FALSE(histogram.record(value)) << value;
    EXPECT_FALSE(histogram.record_corrected(value, 1)) << value;
  }
  EXPECT_EQ(histogram, Histogram{});

  EXPECT_TRUE(histogram.record(kEndOfDefaultRange - 1));
  EXPECT_EQ(histogram.total_count(), 1);
}

TEST(HistogramRecord, NegativeValuesFitNoGeometry) {
  for (const GeometryCase& each : geometry_cases) {
    Histogram histogram(each.geometry);
    EXPECT_FALSE(histogram.record(-1));
    EXPECT_FALSE(histogram.record(kInt64Min));
    EXPECT_TRUE(histogram.record(each.geometry.highest_trackable_value));
  }
}

TEST(HistogramRecord, CountsMustBePositiveAndTheirTotalMustFit) {
  Histogram histogram;
  for (const std::int64_t count : {std::int64_t{0}, std::int64_t{-1}, kInt64Min}) {
    EXPECT_FALSE(histogram.record(5, count));
  }
  EXPECT_TRUE(histogram.record(5, kInt64Max - 1));
  EXPECT_FALSE(histogram.record(6, 2));
  EXPECT_TRUE(histogram.record(6));
  EXPECT_FALSE(histogram.record(7));
  EXPECT_FALSE(histogram.record_corrected(7, 3));
  EXPECT_EQ(histogram.total_count(), kInt64Max);
  EXPECT_EQ(histogram.count_at_index(7), 0);
  EXPECT_EQ(histogram.max(), 6);
}

TEST(HistogramStatistics, EmptyIsAllZero) {
  Histogram histogram;
  record_all(histogram, {7, 4242, 1'000'000});
  histogram.reset();
  EXPECT_EQ(histogram, Histogram{});
  EXPECT_EQ(histogram.total_count(), 0);
  EXPECT_EQ(histogram.min(), 0);
  EXPECT_EQ(histogram.max(), 0);
  EXPECT_EQ(histogram.mean(), 0.0);
  EXPECT_EQ(histogram.standard_deviation(), 0.0);
  EXPECT_EQ(histogram.value_at_percentile(0), 0);
  EXPECT_EQ(histogram.value_at_percentile(100), 0);
}

TEST(HistogramStatistics, MatchTheReferencesExample) {
  Histogram histogram;
  record_all(histogram, {1, 1, 5, 3000});
  EXPECT_EQ(histogram.total_count(), 4);
  EXPECT_EQ(histogram.min(), 1);
  EXPECT_EQ(histogram.max(), 3001);
  EXPECT_EQ(histogram.mean(), 752.0);
  EXPECT_NEAR(histogram.standard_deviation(), 1298.461782, 1e-6);
  EXPECT_EQ(histogram.value_at_percentile(50), 1);
  EXPECT_EQ(histogram.value_at_percentile(90), 3001);
}

TEST(HistogramStatistics, MinIsTheLowestAndMaxTheHighestEquivalent) {
  Histogram histogram;
  ASSERT_TRUE(histogram.record(41'998'561));
  EXPECT_EQ(histogram.min(), 41'975'808);
  EXPECT_EQ(histogram.max(), 42'008'575);
  ASSERT_TRUE(histogram.record(0));
  EXPECT_EQ(histogram.min(), 0);
  EXPECT_EQ(histogram.max(), 42'008'575);

  Histogram zeros;
  ASSERT_TRUE(zeros.record(0, 100));
  EXPECT_EQ(zeros.min(), 0);
  EXPECT_EQ(zeros.max(), 0);
}

TEST(HistogramPercentile, RoundingNoiseDoesNotRaiseTheRank) {
  Histogram histogram;
  for (std::int64_t value = 1; value <= 1000; ++value) {
    ASSERT_TRUE(histogram.record(value));
  }
  for (std::int64_t tenths = 1; tenths <= 1000; ++tenths) {
    EXPECT_EQ(histogram.value_at_percentile(static_cast<double>(tenths) / 10.0), tenths);
  }
}

TEST(HistogramPercentile, OutsideItsRangeIsClamped) {
  Histogram histogram;
  record_all(histogram, {10'001, 20'001});
  EXPECT_EQ(histogram.value_at_percentile(0), histogram.lowest_equivalent(10'001));
  EXPECT_EQ(histogram.value_at_percentile(1e-300), histogram.highest_equivalent(10'001));
  EXPECT_EQ(histogram.value_at_percentile(-5), histogram.highest_equivalent(10'001));
  EXPECT_EQ(histogram.value_at_percentile(std::nan("")), histogram.highest_equivalent(10'001));
  EXPECT_EQ(histogram.value_at_percentile(1e300), histogram.highest_equivalent(20'001));
}

std::vector<std::int64_t> random_samples(std::mt19937_64& random, int shape, std::size_t size) {
  std::uniform_int_distribution<std::int64_t> uniform(0, 1'000'000'000);
  std::lognormal_distribution<double> lognormal(12.0, 2.0);
  std::exponential_distribution<double> exponential(1e-5);
  std::vector<std::int64_t> samples(size);
  for (std::int64_t& sample : samples) {
    switch (shape) {
      case 0: sample = uniform(random); break;
      case 1: sample = static_cast<std::int64_t>(lognormal(random)); break;
      case 2: sample = static_cast<std::int64_t>(exponential(random)); break;
      case 3: sample = uniform(random) % 5; break;
      case 4: sample = uniform(random) % 50 == 0 ? 200'000'000 : 1'000'000; break;
      default: sample = std::min(random_value(random, 42), kEndOfDefaultRange - 1);
    }
  }
  return samples;
}

// ceil(percentile / 100 * size), at least 1, in whole numbers.
std::size_t exact_rank(std::size_t percentile_thousandths, std::size_t size) {
  return std::max<std::size_t>(1, (percentile_thousandths * size + 99'999) / 100'000);
}

TEST(HistogramPercentile, IsTheSortedSamplesAnswerToWithinOneElement) {
  std::mt19937_64 random(2);
  Histogram histogram;
  for (int round = 0; round < 60; ++round) {
    for (int shape = 0; shape < 6; ++shape) {
      const auto size = std::uniform_int_distribution<std::size_t>(1, 40U << (round % 9))(random);
      std::vector<std::int64_t> samples = random_samples(random, shape, size);
      histogram.reset();
      record_all(histogram, samples);
      std::sort(samples.begin(), samples.end());
      ASSERT_EQ(histogram.min(), histogram.lowest_equivalent(samples.front()));
      ASSERT_EQ(histogram.max(), histogram.highest_equivalent(samples.back()));
      for (const std::size_t thousandths :
           {1U, 25'000U, 33'333U, 50'000U, 90'000U, 95'000U, 99'000U, 99'900U, 99'990U, 100'000U}) {
        const std::int64_t exact = samples[exact_rank(thousandths, size) - 1];
        const double percentile = static_cast<double>(thousandths) / 1000.0;
        ASSERT_EQ(histogram.value_at_percentile(percentile), histogram.highest_equivalent(exact))
            << "shape " << shape << ", size " << size << ", percentile " << percentile;
      }
    }
  }
}

TEST(HistogramAdd, EqualsRecordingTogether) {
  std::mt19937_64 random(3);
  Histogram merged;
  Histogram together;
  for (int part = 0; part < 6; ++part) {
    const std::vector<std::int64_t> samples = random_samples(random, part, 500);
    Histogram one;
    record_all(one, samples);
    record_all(together, samples);
    ASSERT_EQ(merged.add(one), 0);
  }
  EXPECT_EQ(merged, together);
  EXPECT_EQ(merged.total_count(), 3000);

  EXPECT_EQ(merged.add(merged), 0);
  EXPECT_EQ(together.add(Histogram(together)), 0);
  EXPECT_EQ(merged, together);
}

TEST(HistogramAdd, AcrossGeometriesKeepsWhatFitsAndReturnsTheRest) {
  Histogram wide({1, 1'000'000'000, 3});
  ASSERT_TRUE(wide.record(100, 4));
  ASSERT_TRUE(wide.record(5000, 3));
  ASSERT_TRUE(wide.record(900'000'000, 2));
  Histogram narrow({1, 10'000, 2});
  EXPECT_EQ(narrow.add(wide), 2);
  EXPECT_EQ(narrow.total_count(), 7);
  EXPECT_EQ(narrow.count_at_index(narrow.index_of(100)), 4);
  EXPECT_EQ(narrow.count_at_index(narrow.index_of(5000)), 3);
}

TEST(HistogramAdd, ATotalPast64BitsIsReturned) {
  Histogram almost_full;
  ASSERT_TRUE(almost_full.record(1, kInt64Max - 10));
  Histogram other;
  ASSERT_TRUE(other.record(1, 20));
  ASSERT_TRUE(other.record(2, 5));
  EXPECT_EQ(almost_full.add(other), 20);
  EXPECT_EQ(almost_full.total_count(), kInt64Max - 5);
}

TEST(HistogramCorrection, AddsTheSamplesAStallHid) {
  struct Case {
    std::int64_t value;
    std::int64_t interval;
    std::vector<std::int64_t> recorded;
  };
  const std::vector<Case> cases = {{10, 3, {10, 7, 4}}, {9, 3, {9, 6, 3}}, {3, 3, {3}},
                                   {5, 3, {5}},         {2, 3, {2}},       {0, 3, {0}},
                                   {9, 0, {9}},         {9, -3, {9}}};
  for (const Case& each : cases) {
    Histogram corrected;
    EXPECT_TRUE(corrected.record_corrected(each.value, each.interval));
    Histogram expected;
    record_all(expected, each.recorded);
    EXPECT_EQ(corrected, expected) << each.value << " every " << each.interval;
  }
}

TEST(HistogramCorrection, AddsNothingBelowTheIntervalWhereElementsAreWiderThanIt) {
  Histogram histogram({1000, 1'000'000, 3});
  EXPECT_TRUE(histogram.record_corrected(500, 150));  // 500, 350, 200
  EXPECT_EQ(histogram.total_count(), 3);
}

TEST(HistogramCorrection, OneSecondAtOneMillisecondAdds999Samples) {
  Histogram histogram;
  EXPECT_TRUE(histogram.record_corrected(1'000'000'000, 1'000'000));
  EXPECT_EQ(histogram.total_count(), 1000);
  EXPECT_EQ(histogram.min(), histogram.lowest_equivalent(1'000'000));
}

TEST(HistogramCorrection, EqualsTheDefinitionStepByStep) {
  std::mt19937_64 random(4);
  Histogram corrected;
  Histogram by_definition;
  for (int i = 0; i < 2000; ++i) {
    const std::int64_t value = random_value(random, 40);
    const std::int64_t interval = std::max(random_value(random, 30), value / 1000);
    ASSERT_TRUE(corrected.record_corrected(value, interval));
    ASSERT_TRUE(by_definition.record(value));
    for (std::int64_t missing = value - interval; interval > 0 && missing >= interval;
         missing -= interval) {
      ASSERT_TRUE(by_definition.record(missing));
    }
  }
  EXPECT_EQ(corrected, by_definition);
}

TEST(HistogramCorrection, RecordsAllOrNothingAndAHugeStallAtOnce) {
  Histogram histogram;
  EXPECT_TRUE(histogram.record_corrected(3'600'000'000'000, 1));
  EXPECT_EQ(histogram.total_count(), 3'600'000'000'000);

  ASSERT_TRUE(histogram.record(1, kInt64Max - histogram.total_count() - 2));
  const Histogram before = histogram;
  EXPECT_FALSE(histogram.record_corrected(10, 3));
  EXPECT_EQ(histogram, before);
  EXPECT_TRUE(histogram.record_corrected(6, 3));
}

TEST(HistogramEquality, SeesGeometryAndCounts) {
  Histogram one;
  Histogram other;
  EXPECT_EQ(one, other);
  ASSERT_TRUE(one.record(3000));
  EXPECT_NE(one, other);
  ASSERT_TRUE(other.record(3001));  // equivalent
  EXPECT_EQ(one, other);
  EXPECT_NE(Histogram({1, 1'000'000, 3}), Histogram({1, 1'000'001, 3}));
}

}  // namespace
}  // namespace walbench::metrics
