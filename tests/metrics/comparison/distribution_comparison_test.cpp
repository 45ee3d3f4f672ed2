// Would catch: distributions of other programs compared with the wrong counterpart, over two units,
// or with a ratio that their rows do not tell.

#include "metrics/comparison/distribution_comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace walbench::metrics {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<double> kPercentiles = {50, 99, 100};

/// 1,000 values around the given number of milliseconds, all different.
LoneDistribution whole(const std::string& path, std::int64_t ms) {
  LoneDistribution lone{path, {}, path};
  lone.file.histogram.emplace();
  for (std::int64_t sample = 0; sample < 1000; ++sample) {
    EXPECT_TRUE(lone.file.histogram->record(ms * (1'000'000 + 1000 * sample)));
  }
  lone.file.total_count = 1000;
  lone.file.unit = "ms";
  return lone;
}

LoneDistribution rows(const std::string& path, const std::string& unit) {
  LoneDistribution lone{path, {}, path};
  lone.file.rows = {{1, 0, 1}, {2, 0.5, 50}, {9, 1, 100}};
  lone.file.total_count = 100;
  lone.file.unit = unit;
  return lone;
}

LoadedLog log_of(const std::vector<std::string>& tags) {
  LoadedLog log{.path = "x.hlog", .label = "", .cut_off = {}, .ns_per_unit = 1000};
  for (const std::string& tag : tags) {
    LoadedLog::Stream stream{tag};
    stream.total.add({HistogramGeometry{}, {{500, 100}}});
    stream.covered_seconds = 2;
    log.streams.push_back(stream);
  }
  return log;
}

ResultSet set_of(std::vector<LoneDistribution> lone, std::vector<LoadedLog> logs = {}) {
  ResultSet set;
  set.lone = std::move(lone);
  set.logs = std::move(logs);
  return set;
}

TEST(DistributionComparison, ASingleOneIsComparedWhateverItsName) {
  const auto comparison =
      compare_distributions(set_of({whole("a", 1)}), set_of({whole("b", 2)}), kPercentiles);
  ASSERT_EQ(comparison.changes.size(), 1U);
  const DistributionChange& change = comparison.changes[0];
  EXPECT_EQ(change.before_name, "a");
  EXPECT_EQ(change.after_name, "b");
  ASSERT_EQ(change.percentiles.size(), 3U);
  EXPECT_NEAR(change.percentiles[0].ratio.value_or(0), 2, 0.01);
  EXPECT_EQ(change.percentiles[0].verdict, Verdict::worse);
  EXPECT_EQ(change.percentiles[2].verdict, Verdict::too_few_samples) << "the maximum";
  EXPECT_TRUE(comparison.left_out.empty());
}

TEST(DistributionComparison, OfTheSameDistributionNothingIsToldApart) {
  const auto comparison =
      compare_distributions(set_of({whole("a", 3)}), set_of({whole("a", 3)}), kPercentiles);
  EXPECT_EQ(comparison.changes.at(0).percentiles.at(0).verdict, Verdict::not_told_apart);
}

TEST(DistributionComparison, SeveralFindTheirCounterpartsByName) {
  const auto comparison = compare_distributions(
      set_of({whole("old/a", 1), whole("old/b", 1), whole("old/gone", 1)}),
      set_of({whole("new/b", 1), whole("new/a", 1), whole("new/more", 1)}), kPercentiles);
  ASSERT_EQ(comparison.changes.size(), 2U);
  EXPECT_EQ(comparison.changes[0].after_name, "new/a");
  EXPECT_EQ(comparison.changes[1].after_name, "new/b");
  EXPECT_THAT(comparison.left_out, ElementsAre(HasSubstr("old/gone"), HasSubstr("new/more")));
}

TEST(DistributionComparison, TagsOfLogsFindTheirsAndARateIsTold) {
  const auto comparison = compare_distributions(set_of({}, {log_of({"GET", "PUT"})}),
                                                set_of({}, {log_of({"PUT", "GET"})}), kPercentiles);
  ASSERT_EQ(comparison.changes.size(), 2U);
  EXPECT_EQ(comparison.changes[1].after_name, "x.hlog, PUT");
  EXPECT_EQ(comparison.changes[1].rate_after, 50);
  const auto& p50 = comparison.changes[1].percentiles.at(0);
  EXPECT_NEAR(p50.before.value_or(ToldValue{}).value, 0.5, 0.001) << "microseconds, in ms";
}

TEST(DistributionComparison, UnitsThatDifferAreNotCompared) {
  const auto comparison =
      compare_distributions(set_of({rows("a", "ms")}), set_of({rows("a", "")}), kPercentiles);
  EXPECT_TRUE(comparison.changes.empty());
  EXPECT_THAT(comparison.left_out, ElementsAre(HasSubstr("unit")));
}

TEST(DistributionComparison, ARangeHasNoRatioAndRowsNoInterval) {
  const auto comparison =
      compare_distributions(set_of({rows("a", "")}), set_of({rows("a", "")}), kPercentiles);
  const auto& all = comparison.changes.at(0).percentiles;
  EXPECT_EQ(all[0].ratio, 1) << "exact";
  EXPECT_EQ(all[0].interval, std::nullopt);
  EXPECT_EQ(all[0].verdict, std::nullopt);
  EXPECT_TRUE(all[1].before.value_or(ToldValue{}).above.has_value());
  EXPECT_EQ(all[1].ratio, std::nullopt);
}

}  // namespace
}  // namespace walbench::metrics
