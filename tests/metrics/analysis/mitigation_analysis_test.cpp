// Silent bugs these tests would catch: a mitigation recommended that gains nothing, misses a gate,
// or loses acknowledged transitions; a ranking upside down; a busy_timeout rounded down, which is
// too short by that much.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "metrics/analysis/findings.hpp"
#include "tests/support/example_results.hpp"

namespace walbench::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kSecond = 1000 * kMs;

const std::vector<std::string> kAllFigures = {
    "db_total P95",  "db_total P99",     "db_total max",     "lock_wait P95",    "lock_wait P99",
    "lock_wait max", "fsm_dispatch P95", "fsm_dispatch P99", "fsm_dispatch max", "fsm_net P95",
    "fsm_net P99",   "fsm_net max",      "transitions/s"};

std::vector<std::string> figures_of(const std::vector<FigureChange>& rows) {
  std::vector<std::string> figures;
  for (const FigureChange& row : rows) {
    figures.push_back(row.name());
  }
  return figures;
}

MitigationResult mitigation(const std::string& name, std::initializer_list<RepeatBrief> before,
                            std::initializer_list<RepeatBrief> after, std::int64_t effort = 3) {
  return {example_info(name, effort), repeated("per-file", before), repeated(name, after)};
}

/// Five pairs in which throughput is multiplied by about that factor, and latency divided by it.
MitigationResult faster(const std::string& name, double factor, std::int64_t effort = 3) {
  const auto divided = [factor](std::int64_t value) {
    return std::llround(static_cast<double>(value) / factor);
  };
  const auto brief = [&](std::int64_t percent) {
    return RepeatBrief{divided(percent * 10 * kMs), divided(percent * kMs)};
  };
  return mitigation(name, {{kSecond, 100 * kMs}, {kSecond, 100 * kMs}, {kSecond, 100 * kMs}},
                    {brief(100), brief(101), brief(99)}, effort);
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
  EXPECT_NEAR(net->change.interval->high, std::exp2(-2 + 4.302652729749464 / std::sqrt(3.0)), 1e-9);
  EXPECT_DOUBLE_EQ(find_change(rows, "fsm_net P99")->before, 32);
  EXPECT_DOUBLE_EQ(find_change(rows, "fsm_net max")->after, 16);
  const FigureChange* const throughput = find_change(rows, "transitions/s");
  ASSERT_NE(throughput, nullptr);
  EXPECT_DOUBLE_EQ(throughput->before, 200) << "of 400, 200 and 100";
  EXPECT_DOUBLE_EQ(throughput->after, 400);
  EXPECT_NEAR(throughput->change.ratio, 2, 1e-12);
  EXPECT_TRUE(throughput->change.shown_larger());
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
  EXPECT_EQ(
      figures_of(compare_pairs(result)),
      (std::vector<std::string>{"lock_wait P95", "lock_wait P99", "lock_wait max", "fsm_net P95",
                                "fsm_net P99", "fsm_net max", "transitions/s"}));
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
  EXPECT_FALSE(findings.mitigations[0].gain_shown);
}

bool gain_shown(const MitigationResult& result) {
  return findings_of({result}).front().gain_shown;
}

TEST(Ranking, AGainIsShownByThroughputOrLatencyAndNeitherWorse) {
  using Briefs = std::initializer_list<RepeatBrief>;
  const Briefs before = {{1000, 1000}, {1000, 1000}, {1000, 1000}};
  const Briefs more = {{500, 1000}, {505, 1000}, {495, 1000}};
  const Briefs sooner = {{1000, 500}, {1000, 505}, {1000, 495}};
  const Briefs more_but_later = {{500, 2000}, {505, 2010}, {495, 1990}};
  const Briefs sooner_but_less = {{2000, 500}, {2010, 505}, {1990, 495}};
  const Briefs noise = {{500, 500}, {2000, 2000}, {1000, 1000}};
  EXPECT_TRUE(gain_shown(mitigation("x", before, more)));
  EXPECT_TRUE(gain_shown(mitigation("x", before, sooner)));
  EXPECT_FALSE(gain_shown(mitigation("x", before, more_but_later)));
  EXPECT_FALSE(gain_shown(mitigation("x", before, sooner_but_less)));
  EXPECT_FALSE(gain_shown(mitigation("x", before, noise)));
  EXPECT_FALSE(gain_shown(mitigation("x", before, before)));
  EXPECT_FALSE(gain_shown(mitigation("x", more, before)));
  EXPECT_FALSE(gain_shown(mitigation("x", {{1000, 1000}}, {{1, 1}}))) << "one repeat shows none";
}

TEST(Ranking, MeetsItsLimitsIfItMetThemAll) {
  const auto meets = [](const MitigationResult& result) {
    return findings_of({result}).front().mitigation.every_limit_met();
  };
  MitigationResult result = faster("x", 2);
  result.baseline.pooled.verdicts = {{"a", false, ""}};
  EXPECT_TRUE(meets(result)) << "there is none";
  result.mitigation.pooled.verdicts = {{"a", true, ""}, {"b", true, ""}};
  EXPECT_TRUE(meets(result));
  result.mitigation.pooled.verdicts = {{"a", true, ""}, {"b", false, ""}};
  EXPECT_FALSE(meets(result));
}

Recommendation recommendation(const std::vector<MitigationResult>& mitigations) {
  return analyse({}, mitigations).recommendation.value_or(Recommendation{"nothing at all", {}});
}

TEST(Recommendation, IsNotForAGainTooSmallToMatter) {
  const MitigationResult same = mitigation("same", {{kSecond, kMs}, {kSecond, kMs}},
                                           {{kSecond * 97 / 100, kMs}, {kSecond * 97 / 100, kMs}});
  ASSERT_TRUE(find_change(compare_pairs(same), "transitions/s")->change.shown());
  EXPECT_EQ(recommendation({same}).mitigation, "");
}

TEST(Recommendation, SaysWhatABaselineRisks) {
  MitigationResult risky = faster("x", 1);
  risky.baseline.pooled.unsaved_peak = 9;
  EXPECT_THAT(recommendation({risky}).sentences.back(),
              HasSubstr("acknowledges up to 9 transitions before they are durable"));
}

TEST(Recommendation, ThereIsNoneWithoutMitigations) {
  EXPECT_FALSE(analyse({}, {}).recommendation.has_value());
}

TEST(Recommendation, IsTheSimplestThatGainsNotTheFastest) {
  const Recommendation found =
      recommendation({faster("fast", 5, 4), faster("useless", 1, 1), faster("simple", 2, 2)});
  EXPECT_EQ(found.mitigation, "simple");
  ASSERT_EQ(found.sentences.size(), 4U);
  EXPECT_THAT(found.sentences[0],
              HasSubstr("simple, the simplest that meets its limits and shows a gain: "
                        "transitions/s +100.0 % ("));
  EXPECT_THAT(found.sentences[0], HasSubstr(", fsm_net P95 -50.0 % ("));
  EXPECT_EQ(found.sentences[1], "Its cost: what simple costs. Its risk: what simple endangers.");
  EXPECT_THAT(found.sentences[2], HasSubstr("fast gained most: transitions/s +400.0 %"));
  EXPECT_THAT(found.sentences[2], HasSubstr("Its risk: what fast endangers."));
  EXPECT_EQ(found.sentences[3], "No limit applies to c=10 zero per-file.");
}

TEST(Recommendation, OfEquallySimpleOnesTheFasterIsTaken) {
  EXPECT_EQ(recommendation({faster("slower", 2, 2), faster("faster", 3, 2)}).mitigation, "faster");
}

TEST(Recommendation, TheFastestIsNotNamedTwice) {
  const Recommendation found = recommendation({faster("x", 2, 1), faster("y", 1.5, 2)});
  EXPECT_EQ(found.mitigation, "x");
  EXPECT_EQ(found.sentences.size(), 3U);
}

TEST(Recommendation, IsNeverOneThatEndangersAcknowledgedTransitions) {
  MitigationResult batch = faster("batch", 9, 1);
  batch.info.recommendable = false;
  const Recommendation other = recommendation({batch, faster("safe", 2, 7)});
  EXPECT_EQ(other.mitigation, "safe");
  EXPECT_THAT(other.sentences[2], HasSubstr("batch gained most"));
  const Recommendation none = recommendation({batch});
  EXPECT_EQ(none.mitigation, "");
  EXPECT_EQ(none.sentences[0],
            "keep per-file: no measured one meets its limits, shows a gain of 5 % or more and "
            "keeps every "
            "acknowledged transition.");
  EXPECT_THAT(none.sentences[1], HasSubstr("Its risk: what batch endangers."));
}

TEST(Recommendation, IsNeverOneThatMissesALimit) {
  MitigationResult missing = faster("missing", 9, 1);
  missing.mitigation.pooled.verdicts = {{"zero:10:1s", false, "2 s of 1 s"}};
  EXPECT_EQ(recommendation({missing, faster("meeting", 2, 7)}).mitigation, "meeting");
  EXPECT_EQ(recommendation({missing}).mitigation, "");
}

TEST(Recommendation, IsToKeepTheBaselineWhereNothingGains) {
  const Recommendation found = recommendation({faster("same", 1), faster("worse", 0.5)});
  EXPECT_EQ(found.mitigation, "");
  ASSERT_EQ(found.sentences.size(), 2U) << "and no largest gain";
  EXPECT_THAT(found.sentences[0], HasSubstr("keep per-file: no measured one"));
}

TEST(Recommendation, OneRepeatShowsNothing) {
  const Recommendation found =
      recommendation({mitigation("x", {{kSecond, 1000}}, {{kSecond / 9, 100}})});
  EXPECT_EQ(found.mitigation, "");
  EXPECT_EQ(found.sentences[0], "keep per-file: one repeat shows no gain; measure at least five.");
}

// `report` was given files of one side alone: how often it was measured is not what is amiss.
TEST(Recommendation, AMissingSideIsNotOneRepeat) {
  MitigationResult incomplete = faster("x", 2);
  incomplete.mitigation = RepeatedResult();
  EXPECT_FALSE(analyse({}, {incomplete}).recommendation.has_value());
  MitigationResult other = faster("x", 2);
  other.baseline = RepeatedResult();
  EXPECT_FALSE(analyse({}, {other}).recommendation.has_value());
  EXPECT_EQ(recommendation({other, faster("y", 2)}).mitigation, "y");
}

TEST(Recommendation, SaysWhetherTheBaselineMeetsItsLimits) {
  MitigationResult result = faster("x", 2);
  result.baseline.pooled.verdicts = {{"a", true, ""}, {"b", true, ""}};
  EXPECT_EQ(recommendation({result}).sentences.back(),
            "The baseline, c=10 zero per-file, meets its limits itself.");
  result.baseline.pooled.verdicts[1].passed = false;
  EXPECT_EQ(recommendation({result}).sentences.back(),
            "The baseline, c=10 zero per-file, does not meet its limits itself.");
}

ConfigurationResult waited(std::int64_t threads, std::int64_t longest_us,
                           std::int64_t configured_ms = 5000) {
  ConfigurationResult result = measured(threads, "zero", "per-file", kSecond);
  result.busy_longest_us = longest_us;
  result.settings.busy_timeout_ms = configured_ms;
  return result;
}

TEST(BusyTimeout, IsTheLongestWaitOfAllAndWhereItWas) {
  const auto needed =
      busy_timeout_needed({waited(1, 0), waited(50, 7000, 30'000), waited(10, 300)}, {});
  ASSERT_TRUE(needed.has_value());
  EXPECT_EQ(needed->needed_us, 7000);
  EXPECT_EQ(needed->configured_ms, 30'000);
  EXPECT_EQ(needed->where, "c=50 zero per-file");
  EXPECT_FALSE(busy_timeout_needed({}, {}).has_value());
}

TEST(BusyTimeout, CountsBothSidesOfMitigations) {
  for (const bool of_baseline : {true, false}) {
    MitigationResult result = faster("shared-connection", 2);
    (of_baseline ? result.baseline : result.mitigation).pooled.busy_longest_us = 9000;
    const auto needed = busy_timeout_needed({waited(50, 7000)}, {result});
    ASSERT_TRUE(needed.has_value());
    EXPECT_EQ(needed->needed_us, 9000);
    EXPECT_EQ(needed->where, of_baseline ? "c=10 zero per-file" : "c=10 zero shared-connection");
  }
  EXPECT_FALSE(busy_timeout_needed({}, {MitigationResult()}).has_value()) << "not measured";
}

TEST(BusyTimeout, IsRoundedUpToMilliseconds) {
  const auto sentence = [](std::int64_t needed_us) {
    return busy_timeout_sentence({needed_us, 5000, "c=10 zero per-file"});
  };
  EXPECT_THAT(sentence(1), HasSubstr("busy_timeout: 1 ms would"));
  EXPECT_THAT(sentence(1000), HasSubstr("busy_timeout: 1 ms would"));
  EXPECT_THAT(sentence(1001), HasSubstr("busy_timeout: 2 ms would"));
  EXPECT_EQ(sentence(200'000),
            "busy_timeout: 200 ms would have kept every writer of this run from SQLITE_BUSY (the "
            "longest wait was at c=10 zero per-file); the 5000 ms that were set are 25.0 times "
            "that.");
}

TEST(BusyTimeout, WhereNobodyWaitedAnyWouldDo) {
  EXPECT_EQ(busy_timeout_sentence({0, 5000, "c=1 zero per-file"}),
            "busy_timeout: no writer of this run waited in SQLite's busy handler, so any would "
            "do.");
}

}  // namespace
}  // namespace walbench::metrics
