// Silent bugs these tests would catch: repeats paired that do not belong together; a gain told from
// noise; intervals as narrow as if there were one of them; a ranking upside down.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "metrics/analysis/findings.hpp"
#include "metrics/statistics/distributions.hpp"
#include "tests/support/example_mitigations.hpp"

namespace walbench::metrics {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kSecond = 1000 * kMs;

const std::vector<std::string> kAllFigures = {
    "db_total P95",     "db_total P99",     "db_total P99.9",     "db_total max",
    "lock_wait P95",    "lock_wait P99",    "lock_wait P99.9",    "lock_wait max",
    "fsm_dispatch P95", "fsm_dispatch P99", "fsm_dispatch P99.9", "fsm_dispatch max",
    "fsm_net P95",      "fsm_net P99",      "fsm_net P99.9",      "fsm_net max",
    "transitions/s"};

std::vector<std::string> figures_of(const std::vector<FigureChange>& rows) {
  std::vector<std::string> figures;
  for (const FigureChange& row : rows) {
    figures.push_back(row.name());
  }
  return figures;
}

TEST(ComparePairs, HasARowForEachStatisticThenThroughput) {
  EXPECT_EQ(figures_of(compare_pairs(measured_mitigation("shared-connection", 3, 2))), kAllFigures);
}

TEST(ComparePairs, ShowsMediansAndTheChangeFromPairToPair) {
  const std::vector<FigureChange> rows = compare_pairs(
      mitigation("x", {{kSecond, 8 * kMs}, {2 * kSecond, 16 * kMs}, {4 * kSecond, 80 * kMs}},
                 {{kSecond / 2, 4 * kMs}, {kSecond, 4 * kMs}, {2 * kSecond, 10 * kMs}}));
  const FigureChange* const net = find_change(rows, "fsm_net P95");
  ASSERT_NE(net, nullptr);
  EXPECT_DOUBLE_EQ(net->before, 16);
  EXPECT_DOUBLE_EQ(net->after, 4);
  EXPECT_NEAR(net->change.ratio, 0.25, 1e-12) << "of 1/2, 1/4 and 1/8";
  ASSERT_TRUE(net->change.interval.has_value());
  const double t = student_t(2, 0.05 / 4);
  EXPECT_NEAR(net->change.interval->high, std::exp2(-2 + t / std::sqrt(3.0)), 1e-9);
  EXPECT_DOUBLE_EQ(find_change(rows, "fsm_net P99")->before, 32);
  EXPECT_DOUBLE_EQ(find_change(rows, "fsm_net max")->after, 16);
  const FigureChange* const throughput = find_change(rows, "transitions/s");
  ASSERT_NE(throughput, nullptr);
  EXPECT_DOUBLE_EQ(throughput->before, 200) << "of 400, 200 and 100";
  EXPECT_DOUBLE_EQ(throughput->after, 400);
  EXPECT_NEAR(throughput->change.ratio, 2, 1e-12);
  EXPECT_NEAR(throughput->change.interval->high, std::exp2(1.0 + 0 * t), 1e-9) << "all alike";
}

// Bonferroni: four figures decide, thirteen are evidence, times the mitigations of the study.
TEST(ComparePairs, IntervalsAreWidenedForAsManyAsThereAre) {
  MitigationResult result = measured_mitigation("x", 3, 3);
  for (const std::int64_t together : {1, 7}) {
    result.info.measured_together = together;
    std::size_t deciding = 0;
    for (const FigureChange& figure : compare_pairs(result)) {
      const std::string name = figure.name();
      const bool decides =
          name == "transitions/s" || (name.starts_with("fsm_net") && name != "fsm_net P99");
      deciding += decides ? 1 : 0;
      EXPECT_DOUBLE_EQ(chance_of_miss(result.info, decides),
                       0.05 / static_cast<double>(together * (decides ? 4 : 13)));
    }
    EXPECT_EQ(deciding, 4U);
  }
  const auto width = [&](std::string_view name) {
    const std::vector<FigureChange> changes = compare_pairs(result);
    const auto& interval = find_change(changes, name)->change.interval;
    return std::log(interval->high / interval->low);
  };
  const double wide = width("fsm_net P95");
  result.info.measured_together = 1;
  EXPECT_NEAR(wide / width("fsm_net P95"), student_t(2, 0.05 / 28) / student_t(2, 0.05 / 4), 1e-6);
  result.info.measured_together = 7;
  EXPECT_LT(width("transitions/s"), 1);
}

TEST(ComparePairs, LeavesOutWhatIsMissingOnOneSide) {
  MitigationResult result = measured_mitigation("x", 3, 2);
  for (RepeatFigures& repeat : result.mitigation.repeats) {
    std::erase_if(repeat.segments, [](const SegmentFigures& figures) {
      return figures.segment == Segment::fsm_dispatch;
    });
  }
  std::erase_if(result.baseline.repeats[1].segments,
                [](const SegmentFigures& figures) { return figures.segment == Segment::db_total; });
  EXPECT_EQ(figures_of(compare_pairs(result)),
            (std::vector<std::string>{"lock_wait P95", "lock_wait P99", "lock_wait P99.9",
                                      "lock_wait max", "fsm_net P95", "fsm_net P99",
                                      "fsm_net P99.9", "fsm_net max", "transitions/s"}));
  result.baseline.repeats.pop_back();
  EXPECT_TRUE(compare_pairs(result).empty()) << "2 repeats cannot be paired with 1";
  result.baseline = RepeatedResult();
  EXPECT_TRUE(compare_pairs(result).empty());
  result.mitigation = RepeatedResult();
  EXPECT_TRUE(compare_pairs(result).empty());
}

// Otherwise values of repeats that were not measured in turn would be paired.
TEST(ComparePairs, LeavesOutWhatDifferentRepeatsLack) {
  MitigationResult result = measured_mitigation("x", 3, 3);
  result.baseline.repeats[0].segments.clear();
  result.mitigation.repeats[2].segments.clear();
  EXPECT_EQ(figures_of(compare_pairs(result)), std::vector<std::string>{"transitions/s"});
}

TEST(ComparePairs, NothingBeforeCountsAsANanosecond) {
  const std::vector<FigureChange> rows =
      compare_pairs(mitigation("x", {{kSecond, 0}}, {{kSecond, 1000}}));
  EXPECT_NEAR(find_change(rows, "fsm_net P95")->change.ratio, 1000, 1e-9);
  EXPECT_EQ(find_change(rows, "fsm_net P95")->before, 0);
}

TEST(FindChange, IsNullWhereThereIsNone) {
  EXPECT_EQ(find_change({}, "transitions/s"), nullptr);
  EXPECT_EQ(find_change(compare_pairs(faster("x", 2)), "fsm_net p95"), nullptr);
}

std::vector<MitigationFindings> findings_of(const std::vector<MitigationResult>& mitigations) {
  return analyse({}, mitigations).mitigations;
}

TEST(Ranking, HasTheLargestGainInThroughputFirst) {
  const std::vector<MitigationResult> mitigations = {faster("half", 0.5), faster("twice", 2),
                                                     faster("same", 1), faster("thrice", 3),
                                                     faster("equal", 1)};
  EXPECT_EQ(analyse({}, mitigations).ranking, (std::vector<std::size_t>{3, 1, 2, 4, 0}));
  EXPECT_TRUE(rank_mitigations({}).empty());
}

TEST(Ranking, LeavesOutMitigationsThatCannotBeCompared) {
  MitigationResult incomplete = faster("incomplete", 9);
  incomplete.baseline = RepeatedResult();
  const Findings findings = analyse({}, {incomplete, faster("half", 0.5)});
  EXPECT_EQ(findings.ranking, std::vector<std::size_t>{1});
  EXPECT_TRUE(findings.mitigations[0].changes.empty());
  EXPECT_EQ(findings.mitigations[0].gain, Gain::ruled_out) << "nothing to tell it by";
}

Gain gain_of(const MitigationResult& result) {
  return findings_of({result}).front().gain;
}

TEST(Gain, IsShownByThroughputOrLatencyAndNeitherWorse) {
  using Briefs = std::initializer_list<RepeatBrief>;
  const Briefs before = {{1000, 1000}, {1000, 1000}, {1000, 1000}};
  const Briefs more = {{500, 1000}, {505, 1000}, {495, 1000}};
  const Briefs sooner = {{1000, 500}, {1000, 505}, {1000, 495}};
  const Briefs more_but_later = {{500, 2000}, {505, 2010}, {495, 1990}};
  const Briefs sooner_but_less = {{2000, 500}, {2010, 505}, {1990, 495}};
  const Briefs noise = {{500, 500}, {2000, 2000}, {1000, 1000}};
  EXPECT_EQ(gain_of(mitigation("x", before, more)), Gain::shown);
  EXPECT_EQ(gain_of(mitigation("x", before, sooner)), Gain::shown);
  EXPECT_EQ(gain_of(mitigation("x", before, more_but_later)), Gain::ruled_out);
  EXPECT_EQ(gain_of(mitigation("x", before, sooner_but_less)), Gain::ruled_out);
  EXPECT_EQ(gain_of(mitigation("x", before, noise)), Gain::unclear);
  EXPECT_EQ(gain_of(mitigation("x", before, before)), Gain::ruled_out) << "precisely none";
  EXPECT_EQ(gain_of(mitigation("x", more, before)), Gain::ruled_out);
  EXPECT_EQ(gain_of(mitigation("x", {{1000, 1000}}, {{1, 1}})), Gain::unclear)
      << "one repeat shows none and rules none out";
}

TEST(Gain, OfLessThanFivePercentIsRuledOutIfItIsToldSoPrecisely) {
  const MitigationResult same = mitigation("same", {{kSecond, kMs}, {kSecond, kMs}},
                                           {{kSecond * 97 / 100, kMs}, {kSecond * 97 / 100, kMs}});
  ASSERT_TRUE(find_change(compare_pairs(same), "transitions/s")->change.shown());
  EXPECT_EQ(gain_of(same), Gain::ruled_out);
}

}  // namespace
}  // namespace walbench::metrics
