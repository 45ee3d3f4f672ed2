// Silent bugs these tests would catch: a mitigation recommended that gains nothing, misses a limit,
// loses acknowledged transitions or lets users starve; "keep it" said of what nobody could tell;
// noise that is recommended.

#include "metrics/analysis/recommendation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "metrics/analysis/findings.hpp"
#include "metrics/analysis/wal_reset.hpp"
#include "tests/support/example_mitigations.hpp"

namespace walbench::metrics {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kSecond = 1000 * kMs;

Recommendation recommendation(const std::vector<MitigationResult>& mitigations) {
  Recommendation none;
  none.mitigation = "nothing at all";
  return analyse({}, mitigations).recommendation.value_or(none);
}

/// Throughput as before, for all that three pairs tell.
MitigationResult unclear(const std::string& name) {
  return mitigation(name, {{1000, 1000}, {1000, 1000}, {1000, 1000}},
                    {{500, 500}, {2000, 2000}, {1000, 1000}});
}

TEST(Recommendation, ThereIsNoneWithoutMitigations) {
  EXPECT_FALSE(analyse({}, {}).recommendation.has_value());
}

TEST(Recommendation, IsTheSimplestThatGainsNotTheFastest) {
  const Recommendation found =
      recommendation({faster("fast", 5, 4), faster("useless", 1, 1), faster("simple", 2, 2)});
  EXPECT_EQ(found.advice, Advice::change);
  EXPECT_EQ(found.mitigation, "simple");
  ASSERT_EQ(found.sentences.size(), 5U);
  EXPECT_THAT(found.sentences[0],
              AllOf(StartsWith("simple, the simplest that gains and harms nobody: transitions/s "
                               "+100.0 % ("),
                    HasSubstr(", fsm_net P95 -50.0 % (")));
  EXPECT_EQ(found.sentences[1], "Its cost: what simple costs. Its risk: what simple endangers.");
  EXPECT_THAT(found.sentences[2], StartsWith("Its slowest users: fsm_net P99.9 300 -> 150 ms"));
  EXPECT_THAT(found.sentences[3], AllOf(StartsWith("fast gained most: transitions/s +400.0 %"),
                                        HasSubstr("Its risk: what fast endangers")));
  EXPECT_EQ(found.sentences[4], "The baseline, c=10 zero per-file, meets its limits itself.");
}

TEST(Recommendation, OfEquallySimpleOnesTheFasterIsTaken) {
  EXPECT_EQ(recommendation({faster("slower", 2, 2), faster("faster", 3, 2)}).mitigation, "faster");
}

TEST(Recommendation, TheFastestIsNotNamedTwice) {
  const Recommendation found = recommendation({faster("x", 2, 1), faster("y", 1.5, 2)});
  EXPECT_EQ(found.mitigation, "x");
  EXPECT_THAT(found.sentences, Not(Contains(HasSubstr("gained most"))));
}

// One mitigation for each reason not to admit it, whatever it gains; each gains nine times as much.
TEST(Recommendation, WhatIsNotAdmissibleIsNamedSecondWithWhatItsSlowestUsersFeel) {
  const auto with = [](const auto& change) {
    MitigationResult result = faster("other", 9, 1);
    for (RepeatedResult* const side : {&result.baseline, &result.mitigation}) {
      side->pooled.writes = side->pooled.commits = 100'000;
      side->pooled.settings.busy_timeout_ms = 5000;
      side->pooled.concurrency.lifecycles_per_thread = {11, 10, 9};
    }
    change(result);
    return result;
  };
  const auto longest = [](RepeatedResult& side, std::int64_t SegmentFigures::*ns) {
    for (RepeatFigures& each : side.repeats) {
      each.segments.front().*ns *= 9 * 14;  // of the baseline's: 1.4 times
      each.segments.front().*ns /= 10;
    }
  };
  EXPECT_EQ(recommendation({with([](MitigationResult&) {})}).mitigation, "other");
  const std::vector<std::pair<std::string, MitigationResult>> all = {
      {"its risk: what other endangers",
       with([](MitigationResult& each) { each.info.recommendable = false; })},
      {"its risk: what other endangers",
       with([](MitigationResult& each) { each.mitigation.pooled.unsaved_peak = 9; })},
      {"it fails elapsed>1ns: ", with([](MitigationResult& each) {
         each.mitigation.pooled.planned.limits = {"elapsed>1ns"};
       })},
      {"it fails concurrency: ",
       with([](MitigationResult& each) { each.mitigation.pooled.concurrency.os_threads = 9; })},
      {"9 of its waits came close to busy_timeout", with([](MitigationResult& each) {
         each.mitigation.pooled.main.segments = {
             {Segment::busy_asked, histogram_of(4010 * kMs, 9)}};
       })},
      {"1 of its waits came close to busy_timeout", with([](MitigationResult& each) {
         each.mitigation.pooled.busy_longest_us = 4'000'000;
         each.mitigation.pooled.writes = each.mitigation.pooled.commits = 10'000;
       })},
      {"its slowest take longer: fsm_net P99.9 +40.0 %",
       with([&](MitigationResult& each) { longest(each.mitigation, &SegmentFigures::p999_ns); })},
      {"its slowest take longer: fsm_net max +40.0 %",
       with([&](MitigationResult& each) { longest(each.mitigation, &SegmentFigures::max_ns); })},
      {"threads starve: Jain's index is 0.51, with the baseline 0.99",
       with([](MitigationResult& each) {
         each.mitigation.pooled.concurrency.lifecycles_per_thread = {24, 3, 3};
       })}};
  for (const auto& [why, other] : all) {
    const Recommendation found = recommendation({other, faster("safe", 2, 7)});
    EXPECT_EQ(found.mitigation, "safe") << why;
    EXPECT_THAT(found.sentences, Contains(AllOf(StartsWith("other gained most: "),
                                                HasSubstr(". It is not recommended: " + why),
                                                HasSubstr(". Its slowest users: fsm_net P99.9 "))))
        << why;
    const Recommendation none = recommendation({other});
    EXPECT_EQ(none.advice, Advice::keep) << why;
    EXPECT_EQ(none.mitigation, "") << why;
    EXPECT_EQ(none.sentences[0],
              "keep per-file: no admissible change gains 5 % or more of throughput or of P95.");
    EXPECT_THAT(none.sentences[1], StartsWith("other gained most: ")) << why;
  }
}

TEST(Recommendation, ABaselineThatIsAsBadAdmitsWhatIsNoWorse) {
  MitigationResult result = faster("x", 2);
  for (RepeatedResult* const side : {&result.baseline, &result.mitigation}) {
    side->pooled.settings.busy_timeout_ms = 1000;
    side->pooled.writes = side->pooled.commits = 10'000;
    side->pooled.main.segments = {{Segment::busy_asked, histogram_of(999 * kMs, 20)}};
    side->pooled.concurrency.lifecycles_per_thread = {24, 3, 3};
  }
  EXPECT_EQ(recommendation({result}).mitigation, "x");
}

TEST(Recommendation, IsToKeepTheBaselineWhereGainsAreRuledOut) {
  const Recommendation found = recommendation({faster("worse", 0.5), faster("worst", 0.3)});
  EXPECT_EQ(found.advice, Advice::keep);
  EXPECT_EQ(found.repeats, 0);
  ASSERT_EQ(found.sentences.size(), 2U) << "and no largest gain";
  EXPECT_THAT(found.sentences[0], StartsWith("keep per-file: "));
}

// "keep it" is as much of a claim as "change it".
TEST(Recommendation, CannotTellWhereAnAdmissibleOneMayGain) {
  const Recommendation found = recommendation({faster("worse", 0.5), unclear("x")});
  EXPECT_EQ(found.advice, Advice::cannot_tell);
  EXPECT_EQ(found.mitigation, "");
  EXPECT_EQ(found.repeats, 5);
  EXPECT_EQ(found.sentences[0],
            "cannot tell whether to keep per-file: chance alone may have moved the figures as "
            "much. 3 repeats is not enough on this machine; measure each change 5 times.");
  MitigationResult risky = unclear("x");
  risky.info.recommendable = false;
  EXPECT_EQ(recommendation({faster("worse", 0.5), risky}).advice, Advice::keep)
      << "whatever it gains";
}

TEST(Recommendation, OneRepeatTellsNothing) {
  const Recommendation found =
      recommendation({mitigation("x", {{kSecond, 1000}}, {{kSecond / 9, 100}})});
  EXPECT_EQ(found.advice, Advice::cannot_tell);
  EXPECT_THAT(found.sentences[0], HasSubstr("One repeat is not enough"));
  EXPECT_EQ(found.repeats, 5);
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

TEST(Recommendation, SaysWhetherTheBaselineMeetsItsLimitsOrWhatItRisks) {
  MitigationResult result = faster("x", 2);
  result.baseline.pooled.planned.limits = {"elapsed>1ns"};
  EXPECT_EQ(recommendation({result}).sentences.back(),
            "The baseline, c=10 zero per-file, does not meet its limits itself.");
  result.baseline.pooled.unsaved_peak = 9;
  EXPECT_THAT(recommendation({result}).sentences.back(),
              HasSubstr("acknowledges up to 9 transitions before they are durable"));
}

TEST(Recommendation, MadeUnderLoadSaysSo) {
  const auto said = [](double others_cores, double pressure) {
    MitigationResult result = faster("x", 2);
    result.baseline.pooled.load = {.others_cores = others_cores, .pressure = pressure};
    return recommendation({result}).sentences.back().starts_with(
        "This was measured while others used the machine");
  };
  EXPECT_FALSE(said(0.2, 0.1));
  EXPECT_TRUE(said(0.21, 0));
  EXPECT_TRUE(said(0, 0.11));
}

// ---- a library that loses commits

std::vector<std::string> advised(bool baseline_exposed, bool mitigation_exposed) {
  MitigationResult result = faster("x", 2);
  result.info.risk = "none to data; look at the maximum";
  result.baseline.pooled.planned.wal_reset_exposed = baseline_exposed;
  result.mitigation.pooled.planned.wal_reset_exposed = mitigation_exposed;
  return analyse({}, {result}, {}, true).recommendation->sentences;
}

TEST(WalReset, AVersionThatMendsItIsTheFirstAdvice) {
  EXPECT_THAT(advised(true, false).front(),
              AllOf(StartsWith("first of all use SQLite 3.51.3 or later"),
                    HasSubstr("Exposed here: c=10 zero per-file.")));
  EXPECT_THAT(advised(true, true).front(), HasSubstr("c=10 zero per-file, c=10 zero x."));
  EXPECT_THAT(advised(false, false).front(), HasSubstr("No plan of this run can meet it."));
  EXPECT_THAT(advised(true, false)[1], StartsWith("x, the simplest"));
  EXPECT_FALSE(analyse({}, {faster("x", 2)}).wal_reset.has_value()) << "another library";
  const Findings alone = analyse({measured(10, "zero", "per-file", kSecond)}, {}, {}, true);
  EXPECT_TRUE(alone.wal_reset.has_value()) << "also where no change was measured";
}

TEST(WalReset, NobodyIsMovedToItWithoutAWord) {
  const auto warning = StartsWith("x can meet the WAL-reset bug, and per-file cannot");
  EXPECT_THAT(advised(false, true), Contains(warning));
  EXPECT_THAT(advised(true, true), Not(Contains(warning))) << "it is no worse";
  EXPECT_THAT(advised(true, false), Not(Contains(warning)));
}

TEST(WalReset, AnExposedOneIsNotCalledHarmless) {
  EXPECT_THAT(advised(true, false)[2], HasSubstr("Its risk: none to data; look at the maximum."));
  for (const bool baseline_exposed : {true, false}) {
    const std::vector<std::string> sentences = advised(baseline_exposed, true);
    EXPECT_THAT(sentences, Not(Contains(HasSubstr("none to data"))));
    EXPECT_THAT(sentences[2], HasSubstr("committed transactions may be lost to the WAL-reset bug, "
                                        "until SQLite is a version without it; look at the "
                                        "maximum."));
  }
  MitigationResult result = faster("x", 2);
  result.mitigation.pooled.planned.wal_reset_exposed = true;
  EXPECT_THAT(risk_of(result), StartsWith("what x endangers; committed transactions may be lost"));
}

/// A study of seven changes that change nothing: throughput and latencies of every measurement vary
/// alike, by that much (standard deviation of the logarithm), in pairs that share some of it.
std::vector<MitigationResult> study_of_nothing(std::uint64_t seed, double spread) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> noise(0, spread);
  std::vector<MitigationResult> study;
  for (int index = 0; index < 7; ++index) {
    MitigationResult& result = study.emplace_back(
        MitigationResult{example_info("change " + std::to_string(index)), {}, {}});
    result.info.measured_together = 7;
    result.baseline = repeated("per-file", {});
    result.mitigation = repeated("per-file", {});
    for (int pair = 0; pair < 5; ++pair) {
      const double shared = noise(random);
      for (RepeatedResult* const side : {&result.baseline, &result.mitigation}) {
        const auto drawn = [&](double value) {
          return static_cast<std::int64_t>(value * std::exp(shared + noise(random)));
        };
        side->repeats.push_back({drawn(1e9), {}});
        for (const Segment segment : kComparedSegments) {
          side->repeats.back().segments.push_back(
              {segment, drawn(1e6), drawn(2e6), drawn(5e6), drawn(2e7)});
        }
        side->pooled.elapsed_ns += side->repeats.back().elapsed_ns;
      }
    }
  }
  return study;
}

// Measured against itself, a baseline gains nothing. Without widening, one interval in twenty
// misses, and nearly every study of 119 intervals tells some difference.
TEST(Recommendation, ABaselineAgainstItselfCannotBeTold) {
  for (const double spread : {0.05, 0.1, 0.3}) {
    int cannot_tell = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
      const Findings findings = analyse({}, study_of_nothing(seed, spread));
      bool told = findings.recommendation->advice != Advice::cannot_tell;
      for (const MitigationFindings& each : findings.mitigations) {
        for (const FigureChange& figure : each.changes) {
          told = told || figure.change.shown();
        }
      }
      cannot_tell += told ? 0 : 1;
    }
    EXPECT_GE(cannot_tell, 88) << "of 100 studies, spread " << spread;
  }
}

}  // namespace
}  // namespace walbench::metrics
