// Silent bugs these tests would catch: a comparison that finds differences between equal programs,
// or that finds none where there is one.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "tests/support/compared_results.hpp"
#include "tests/support/simulated_samples.hpp"

namespace walbench::metrics {
namespace {

constexpr int kPairs = 100;
constexpr int kEnough = 95;  // of them
constexpr double kShift = 1.2;

/// How many pairs told anything apart, and how many found each percentile worse.
struct Found {
  int anything = 0;
  std::array<int, 4> worse{};  // P50, P95, P99, P99.9
};

void count(const RunComparison& comparison, Found& found) {
  const std::vector<FigureChange>& figures = comparison.configurations.at(0).figures;
  const auto told_apart = [](const FigureChange& each) { return each.change.shown(); };
  if (std::ranges::any_of(figures, told_apart)) ++found.anything;
  for (std::size_t at = 0; at < found.worse.size(); ++at) {
    if (figures.at(at).verdict == Verdict::worse) ++found.worse.at(at);
  }
}

using Draw = double (SimulatedSamples::*)();

/// Pairs of single runs with so many samples each, of which the second is slower by `factor`.
Found single_runs(Draw draw, int samples, double factor) {
  SimulatedSamples source(17);
  const auto run = [&](double slower) {
    return results_of(
        {with_segment(Segment::fsm_net, SimulatedSamples::histogram(
                                            samples, slower, [&] { return (source.*draw)(); }))});
  };
  Found found;
  for (int pair = 0; pair < kPairs; ++pair) {
    const ResultSet before = run(1);
    count(comparison_of(before, run(factor)), found);
  }
  return found;
}

/// Runs whose speeds vary by 3 % from run to run.
ResultSet repeated_runs(SimulatedSamples& source, int count, double slower) {
  std::vector<ConfigurationResult> runs;
  for (int run = 0; run < count; ++run) {
    const double speed = slower * std::exp(0.03 * source.normal());
    runs.push_back(
        with_segment(Segment::fsm_net,
                     SimulatedSamples::histogram(500, speed, [&] { return source.lognormal(); }),
                     std::llround(1e9 * speed)));
  }
  return results_of(std::move(runs));
}

/// Pairs of five runs a side.
Found repeats(double factor) {
  SimulatedSamples source(18);
  Found found;
  for (int pair = 0; pair < kPairs; ++pair) {
    const ResultSet before = repeated_runs(source, 5, 1);
    count(comparison_of(before, repeated_runs(source, 5, factor)), found);
  }
  return found;
}

constexpr Draw kLognormal = &SimulatedSamples::lognormal;
constexpr Draw kHeavyTailed = &SimulatedSamples::heavy_tailed;

TEST(ComparisonPower, EqualRunsOfFewSamplesAreNotToldApart) {
  EXPECT_LE(single_runs(kLognormal, 818, 1).anything, kPairs - kEnough);
  EXPECT_LE(single_runs(kHeavyTailed, 818, 1).anything, kPairs - kEnough);
}

TEST(ComparisonPower, EqualRunsOfManySamplesAreNotToldApart) {
  EXPECT_LE(single_runs(kLognormal, 20'000, 1).anything, kPairs - kEnough);
  EXPECT_LE(single_runs(kHeavyTailed, 20'000, 1).anything, kPairs - kEnough);
}

TEST(ComparisonPower, AFifthMoreIsFoundInFewSamples) {
  for (const Draw draw : {kLognormal, kHeavyTailed}) {
    const Found found = single_runs(draw, 818, kShift);
    EXPECT_GE(found.worse[0], kEnough);
    EXPECT_GE(found.worse[1], kEnough);
  }
}

TEST(ComparisonPower, AFifthMoreIsFoundInTheTailOfManySamples) {
  for (const Draw draw : {kLognormal, kHeavyTailed}) {
    const Found found = single_runs(draw, 20'000, kShift);
    EXPECT_GE(found.worse[0], kEnough);
    EXPECT_GE(found.worse[1], kEnough);
    EXPECT_GE(found.worse[2], kEnough);
  }
}

TEST(ComparisonPower, EqualRepeatsAreNotToldApart) {
  EXPECT_LE(repeats(1).anything, kPairs - kEnough);
}

TEST(ComparisonPower, AFifthMoreIsFoundInRepeats) {
  const Found found = repeats(kShift);
  EXPECT_GE(found.worse[0], kEnough);
  EXPECT_GE(found.worse[1], kEnough);
}

/// How many gates on a percentile fail, of three runs a side that vary by 3 %.
int failed_gates(double factor) {
  const Limit limit = parse_limit("fsm_net.p50>+0%");
  SimulatedSamples source(20);
  int failed = 0;
  for (int pair = 0; pair < kPairs; ++pair) {
    const ResultSet before = repeated_runs(source, 3, 1);
    const ResultSet after = repeated_runs(source, 3, factor);
    const auto verdicts = judge_change(limit, comparison_of(before, after, {limit}));
    if (verdicts.at(0).outcome == LimitOutcome::failed) ++failed;
  }
  return failed;
}

TEST(ComparisonPower, AGateOfThreeRunsASideFindsAFifthMore) {
  EXPECT_GE(failed_gates(kShift), kEnough);
}

TEST(ComparisonPower, AGateOfThreeRunsASideDoesNotFailByChance) {
  EXPECT_LE(failed_gates(1), kPairs - kEnough);
}

// What repeats are for: runs that vary by more than their samples say.
TEST(ComparisonPower, OnlyRepeatsSeeHowRunsVary) {
  SimulatedSamples source(19);
  int told_apart = 0;
  for (int pair = 0; pair < kPairs; ++pair) {
    const auto run = [&] {
      const double speed = std::exp(0.1 * source.normal());
      return results_of(
          {with_segment(Segment::fsm_net, SimulatedSamples::histogram(
                                              5000, speed, [&] { return source.lognormal(); }))});
    };
    const ResultSet before = run();
    const RunComparison comparison = comparison_of(before, run());
    if (figure_named(comparison, "fsm_net P50").change.shown()) ++told_apart;
  }
  EXPECT_GT(told_apart, kPairs / 2) << "the output warns of it";
}

}  // namespace
}  // namespace walbench::metrics
