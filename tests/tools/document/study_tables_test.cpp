// Silent bugs these tests would catch: a change that is noise and is printed as shown, or as better
// where it is worse; a mean where a median is promised; a ranking upside down; a risk left out; a
// gate report that passes what failed.

#include "tools/document/study_tables.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tools/document/result_tables.hpp"
#include "tools/document/scaling_tables.hpp"

namespace walbench::tools {
namespace {

using metrics::ConfigurationResult;
using metrics::Histogram;
using metrics::MitigationResult;
using metrics::RepeatedResult;
using metrics::RepeatFigures;
using metrics::Segment;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::int64_t kMs = 1'000'000, kSecond = 1000 * kMs;
using Configurations = std::vector<ConfigurationResult>;
using Figures = std::vector<std::int64_t>;

Histogram constant(std::int64_t ns) {
  Histogram histogram;
  EXPECT_TRUE(histogram.record(ns, 100));
  return histogram;
}

ConfigurationResult configuration(std::int64_t threads, double per_second,
                                  const std::string& profile = "zero") {
  ConfigurationResult result;
  result.planned.threads = threads;
  result.planned.profile = profile;
  result.planned.strategy = "per-file";
  result.planned.files = 1000;
  result.planned.transitions_per_file = 4;
  result.settings.busy_timeout_ms = 5000;
  result.elapsed_ns = std::llround(4000 / per_second * 1e9);
  result.concurrency.os_threads = threads;
  result.verified = true;
  result.segments = {{Segment::fsm_net, constant(5 * kMs)},
                     {Segment::lock_wait, constant(2 * kMs)},
                     {Segment::db_total, constant(4 * kMs)}};
  return result;
}

/// Repeats of 1,000 files; of each segment one list of figures a repeat.
RepeatedResult side(const std::string& strategy, const Figures& elapsed_ns,
                    const Figures& lock_p95_ns = {}) {
  RepeatedResult result;
  result.pooled = configuration(10, 1000);
  result.pooled.planned.strategy = strategy;
  result.pooled.repeats = static_cast<std::int64_t>(elapsed_ns.size());
  for (const std::int64_t elapsed : elapsed_ns) {
    RepeatFigures repeat{elapsed, {}};
    const std::int64_t lock_ns = lock_p95_ns.empty() ? kMs : lock_p95_ns[result.repeats.size()];
    repeat.segments.push_back({Segment::lock_wait, lock_ns, 40 * kMs, 100 * kMs});
    repeat.segments.push_back({Segment::fsm_net, 100 * kMs, 0, kMs});
    result.repeats.push_back(repeat);
  }
  return result;
}

MitigationResult mitigation(const std::string& name, const Figures& before, const Figures& after) {
  return {{.name = name,
           .description = "what " + name + " does",
           .cost = "cost of " + name,
           .risk = "risk of " + name,
           .effort = 2,
           .recommendable = true},
          side("per-file", before),
          side(name, after)};
}

/// Throughput doubled, every time.
MitigationResult doubled(const std::string& name) {
  return mitigation(name, {2 * kSecond, 2 * kSecond, 2 * kSecond}, {kSecond, kSecond, kSecond});
}

void expect_in_order(const std::string& text, const std::vector<std::string>& parts) {
  std::size_t from = 0;
  for (const std::string& part : parts) {
    const std::size_t found = text.find(part, from);
    ASSERT_NE(found, std::string::npos) << part << " is missing or too early in\n" << text;
    from = found + part.size();
  }
}

std::string busy_sentence(const std::string& text) {
  const std::size_t begin = text.find("busy_timeout: ");
  return begin == std::string::npos ? "" : text.substr(begin, text.find('\n', begin) + 1 - begin);
}

TEST(RenderRun, OneConfigurationIsToldInFull) {
  const ConfigurationResult one = configuration(10, 1000);
  for (const bool details : {false, true}) {
    const std::string text = render_run({one}, {}, details);
    EXPECT_EQ(text, render_configuration(one) + "\n" + render_bottleneck({one}) + "\n" +
                        busy_sentence(text));
    EXPECT_THAT(busy_sentence(text), HasSubstr("no writer of this run waited"));
  }
}

TEST(RenderRun, SeveralConfigurationsAreARowEach) {
  const Configurations two = {configuration(1, 1000), configuration(10, 1500)};
  const std::string rows = render_overview(two) + "\n" + render_contention(two) + "\n" +
                           render_bottleneck(two) + "\n" + render_scaling(two);
  const std::string text = render_run(two, {}, false);
  EXPECT_EQ(text, rows + busy_sentence(text));
  EXPECT_EQ(render_run(two, {}, true),
            render_configuration(two[0]) + "\n" + render_configuration(two[1]) + "\n" + text);
}

TEST(RenderRun, TheLongestWaitIsWhatBusyTimeoutNeeds) {
  Configurations two = {configuration(1, 1000), configuration(10, 1500)};
  two[1].busy_longest_us = 249'001;
  EXPECT_EQ(busy_sentence(render_run(two, {}, false)),
            "busy_timeout: 250 ms would have kept every writer of this run from SQLITE_BUSY (the "
            "longest wait was at c=10 zero per-file); the 5000 ms that were set are 20.0 times "
            "that.\n");
}

TEST(RenderRun, MitigationsStandBehindTheScaling) {
  const Configurations two = {configuration(1, 1000), configuration(10, 1500)};
  const std::vector<MitigationResult> mitigations = {doubled("batch")};
  expect_in_order(render_run(two, mitigations, false),
                  {render_overview(two), render_scaling(two), render_mitigations(mitigations),
                   "busy_timeout: "});
}

/// As throughput is by the law with gamma 1,000/s, sigma 0.05 and kappa 0.001.
Configurations by_the_law(const std::vector<std::int64_t>& levels) {
  Configurations all;
  for (const std::int64_t level : levels) {
    const auto n = static_cast<double>(level);
    all.push_back(configuration(level, 1000 * n / (1 + 0.05 * (n - 1) + 0.001 * n * (n - 1))));
  }
  return all;
}

TEST(RenderScaling, ALawThatFitsIsToldWithItsPeak) {
  Configurations all = by_the_law({1, 10, 50});
  all[1].segments[1] = {Segment::lock_wait, constant(200 * kMs)};
  const std::string text = render_scaling(all);
  EXPECT_THAT(text, StartsWith(R"(scaling, zero per-file
  figure          threads  before  after  exponent        growth
  fsm_net P95     1 -> 10   5.001  5.001     +0.00          flat
  fsm_net P95    10 -> 50   5.001  5.001     +0.00          flat
  fsm_net P95     1 -> 50   5.001  5.001     +0.00          flat
  lock_wait P95   1 -> 10   2.001  200.0     +2.00  super-linear
  lock_wait P95  10 -> 50   200.0  2.001     -2.86         falls
  lock_wait P95   1 -> 50   2.001  2.001     +0.00          flat
  transitions/s   1 -> 10   1,000  6,494     +0.81    sub-linear
  transitions/s  10 -> 50   6,494  8,475     +0.17    sub-linear
  transitions/s   1 -> 50   1,000  8,475     +0.55    sub-linear
  The bottleneck changes: c=1 db_total (lock_wait), c=10 lock_wait (lock_wait), c=50 db_total )"
                               "(lock_wait)\n"));
  // The peak is at sqrt((1 - 0.05) / 0.001) threads.
  expect_in_order(text, {"  Universal Scalability Law: contention sigma 0.05 (0.0",
                         "), coherency kappa 0.001 (0.0", "    throughput peaks at c=31 (",
                         "; three levels, three parameters: no residual to judge the fit by\n",
                         "    in brackets: where it stays while one of the throughputs"});
  EXPECT_THAT(text, Not(HasSubstr("beyond what was measured")));
}

TEST(RenderScaling, MoreLevelsHaveAResidual) {
  Configurations all = by_the_law({1, 2, 5, 10, 20, 50});
  EXPECT_THAT(render_scaling(all), HasSubstr("worst residual 0.0 % at c="));
  all = by_the_law({1, 2, 5, 10});
  EXPECT_THAT(render_scaling(all), HasSubstr(", beyond what was measured"));
}

TEST(RenderScaling, ALawThatIsNotFittedSaysWhy) {
  const std::string two = render_scaling(by_the_law({1, 10}));
  EXPECT_THAT(two, HasSubstr("  Universal Scalability Law: not fitted; it has three parameters, "
                             "and there are 2 levels of concurrency; measure more"));
  EXPECT_THAT(two, Not(HasSubstr("sigma")));
  const std::string linear =
      render_scaling({configuration(1, 100), configuration(2, 200), configuration(4, 400)});
  EXPECT_THAT(linear, HasSubstr("not fitted; throughput grows in proportion to concurrency"));
  EXPECT_THAT(linear, HasSubstr("  linear\n"));
}

TEST(RenderScaling, OneLevelScalesNowhere) {
  EXPECT_EQ(render_scaling({}), "");
  EXPECT_EQ(render_scaling({configuration(10, 1000)}), "");
  EXPECT_EQ(render_scaling({configuration(10, 1000), configuration(50, 1000, "realistic")}), "");
}

TEST(RenderMitigations, NoneIsNoWord) {
  EXPECT_EQ(render_mitigations({}), "");
}

TEST(RenderMitigations, MediansChangesAndConclusions) {
  MitigationResult result = doubled("pooled");
  result.baseline =
      side("per-file", {2 * kSecond, 2 * kSecond, 2 * kSecond}, {1 * kMs, 9 * kMs, 2 * kMs});
  result.mitigation = side("pooled", {kSecond, kSecond, kSecond}, {2 * kMs, 18 * kMs, 4 * kMs});
  // P99 of lock_wait goes to half, to double and stays; its maximum to half; fsm_net to 15 times.
  const Figures p99_ns = {20 * kMs, 80 * kMs, 40 * kMs};
  for (std::size_t index = 0; index < p99_ns.size(); ++index) {
    result.mitigation.repeats[index].segments[0].p99_ns = p99_ns[index];
    result.mitigation.repeats[index].segments[0].max_ns = 50 * kMs;
    result.mitigation.repeats[index].segments[1].p95_ns = 1500 * kMs;
  }
  const std::string text = render_mitigations({result});
  EXPECT_THAT(text,
              StartsWith(R"(mitigation pooled: c=10 zero per-file -> pooled, 3 repeats each, in turn
  what pooled does
  median, ms     before   after    change         95 % interval                     
  lock_wait P95   2.000   4.000  +100.0 %  +100.0 % .. +100.0 %                worse
  lock_wait P99   40.00   40.00     0.0 %   -82.1 % .. +459.5 %  no difference shown
  lock_wait max   100.0   50.00   -50.0 %    -50.0 % .. -50.0 %               better
  fsm_net P95     100.0  1500.0     x15.0        x15.0 .. x15.0                worse
  fsm_net P99     0.000   0.000     0.0 %        0.0 % .. 0.0 %  no difference shown
  fsm_net max     1.000   1.000     0.0 %        0.0 % .. 0.0 %  no difference shown
  transitions/s   2,000   4,000  +100.0 %  +100.0 % .. +100.0 %               better

Change: geometric mean)"));
}

TEST(RenderMitigations, OneRepeatShowsNothing) {
  const std::string text = render_mitigations({mitigation("once", {2 * kSecond}, {kSecond})});
  EXPECT_THAT(text, HasSubstr("mitigation once: c=10 zero per-file -> once, 1 repeat each"));
  EXPECT_THAT(text, HasSubstr("  2,000  4,000  +100.0 %              -  one repeat\n"));
  EXPECT_THAT(text, Not(HasSubstr("no difference shown")));
  EXPECT_THAT(text, Not(HasSubstr("better")));
  EXPECT_THAT(text, HasSubstr("recommendation: keep per-file: one repeat shows no gain"));
}

TEST(RenderMitigations, AMissingSideIsNamed) {
  MitigationResult no_baseline = doubled("alone");
  no_baseline.baseline = {};
  EXPECT_THAT(render_mitigations({no_baseline}),
              StartsWith("mitigation alone: the files of its baseline were not given\n\n"));
  MitigationResult no_mitigation = doubled("alone");
  no_mitigation.mitigation = {};
  const std::string text = render_mitigations({no_mitigation});
  EXPECT_THAT(text, StartsWith("mitigation alone: the files of its mitigated side were not given"));
  EXPECT_THAT(text, Not(HasSubstr("recommendation")));
}

// recommend() names the strategy and the level of a baseline that it does not have.
TEST(RenderMitigations, WithoutABaselineNothingIsSaidAboutIt) {
  MitigationResult no_baseline = doubled("alone");
  no_baseline.baseline = {};
  const std::string text = render_mitigations({no_baseline});
  EXPECT_THAT(text, Not(HasSubstr("keep :")));
  EXPECT_THAT(text, Not(HasSubstr("c=0 ")));
}

TEST(RenderMitigations, RisksAndRetriesOfTheMitigationAreSaid) {
  MitigationResult result = doubled("batch");
  const std::string plain = render_mitigations({result});
  EXPECT_THAT(plain, Not(HasSubstr("RISK")));
  EXPECT_THAT(plain, Not(HasSubstr("begun anew")));
  result.mitigation.pooled.unsaved_peak = 1009;
  result.mitigation.pooled.snapshot_retries = 1234;
  result.baseline.pooled.snapshot_retries = 5;
  EXPECT_THAT(
      render_mitigations({result}),
      HasSubstr("  RISK: up to 1,009 transitions were acknowledged and not yet durable; a crash "
                "would have lost them\n"
                "  1,234 transactions begun anew: stale snapshot, or lock held (baseline: 5)\n"));
  std::swap(result.baseline, result.mitigation);
  EXPECT_THAT(render_mitigations({result}), Not(HasSubstr("RISK"))) << "that is the baseline's";
}

/// One by half, shown; one by double, by chance; one that makes it worse and fails a gate.
std::vector<MitigationResult> three() {
  const Figures before = {3 * kSecond, 3 * kSecond, 3 * kSecond};
  std::vector<MitigationResult> all = {
      mitigation("slower", before, {6 * kSecond, 6 * kSecond, 6 * kSecond}),
      mitigation("steady", before, {2 * kSecond, 2 * kSecond, 2 * kSecond}),
      mitigation("lucky", before, {kSecond / 3, 9 * kSecond / 2, 9 * kSecond / 4})};
  all[0].mitigation.pooled.verdicts = {{"a", true, ""}, {"b", false, ""}};
  all[1].mitigation.pooled.verdicts = {{"a", true, ""}, {"b", true, ""}};
  return all;
}

TEST(RenderMitigations, TheRankingIsByThroughputGained) {
  const std::string text = render_mitigations(three());
  EXPECT_THAT(
      text,
      HasSubstr(R"(
ranking  transitions/s  of ceiling  lock P95  net P95  net P99  net max  gates
lucky       +100.0 % ?           -   0.0 % ?  0.0 % ?  0.0 % ?  0.0 % ?      -
steady         +50.0 %           -   0.0 % ?  0.0 % ?  0.0 % ?  0.0 % ?   PASS
slower         -50.0 %           -   0.0 % ?  0.0 % ?  0.0 % ?  0.0 % ?   FAIL
  ?: no difference shown
)"
                "lucky\n  cost: cost of lucky\n  risk: risk of lucky\nsteady\n"
                "  cost: cost of steady\n  risk: risk of steady\nslower\n"
                "  cost: cost of slower\n  risk: risk of slower\n\nrecommendation: steady, "));
}

TEST(RenderMitigations, TheSimplestThatGainsIsRecommended) {
  std::vector<MitigationResult> both = {doubled("simple"), doubled("involved")};
  both[1].info.effort = 3;
  for (RepeatFigures& repeat : both[1].mitigation.repeats) {
    repeat.elapsed_ns = kSecond / 2;
  }
  both[0].baseline.pooled.verdicts = {{"threshold_1", true, ""}};
  const std::string text = render_mitigations(both);
  expect_in_order(text, {"\nrecommendation: simple, the simplest that meets its limits and shows "
                         "a gain: transitions/s +100.0 %",
                         "\n  Its cost: cost of simple. Its risk: risk of simple.\n",
                         "  involved gained most: transitions/s +300.0 %",
                         "  The baseline, c=10 zero per-file, meets its limits itself.\n"});
  both[0].info.recommendable = false;
  EXPECT_THAT(render_mitigations(both), HasSubstr("\nrecommendation: involved, the simplest"));
  both[1].mitigation.pooled.verdicts = {{"threshold_1", false, ""}};
  EXPECT_THAT(render_mitigations(both),
              HasSubstr("\nrecommendation: keep per-file: no measured one meets its limits"));
}

Configurations study_configurations() {
  Configurations all = {configuration(10, 2000), configuration(10, 400, "realistic")};
  all[0].verdicts = {{"threshold_1", true, "2 s of 300 s"}};
  all[1].verdicts = {{"threshold_2", true, "10 s of 6 h"}};
  return all;
}

TEST(RenderGateReport, ThreeCriteriaWithTheirEvidence) {
  EXPECT_EQ(
      render_gate_report(study_configurations(), {doubled("batch")}),
      "gate report\n"
      "  PASS  throughput measured\n"
      "        2 configurations, every database verified; c=10 zero per-file: 2000 transitions/s; "
      "c=10 realistic per-file: 400 transitions/s\n"
      "  PASS  bottleneck identified, and a mitigation tested before and after\n"
      "        db_total, root cause lock_wait; batch: lock_wait P95 1.000 -> 1.000 ms "
      "(no difference shown)\n"
      "  PASS  thresholds defined and met\n"
      "        threshold_1 PASS: 2 s of 300 s; threshold_2 PASS: 10 s of 6 h\n");
}

TEST(RenderGateReport, EachCriterionCanFail) {
  Configurations all = study_configurations();
  MitigationResult untested = doubled("batch");
  all[1].verified = false;
  EXPECT_THAT(render_gate_report(all, {untested}), HasSubstr("  FAIL  throughput measured\n"));
  untested.baseline = {};
  EXPECT_THAT(render_gate_report(all, {untested}), HasSubstr("  FAIL  bottleneck identified"));
  all[1].verdicts[0].passed = false;
  const std::string text = render_gate_report(all, {untested});
  EXPECT_THAT(text, HasSubstr("  FAIL  thresholds defined and met\n"));
  EXPECT_THAT(text, HasSubstr("threshold_1 PASS: 2 s of 300 s; threshold_2 FAIL: 10 s of 6 h"));
  EXPECT_THAT(text, Not(HasSubstr("  PASS  ")));
}

TEST(RenderGateReport, OnlyOfAStudy) {
  const Configurations all = study_configurations();
  EXPECT_EQ(render_gate_report(all, {}), "");
  EXPECT_EQ(render_gate_report({all[0]}, {doubled("batch")}), "");
  EXPECT_EQ(render_gate_report({all[1]}, {doubled("batch")}), "");
  EXPECT_THAT(render_run(all, {doubled("batch")}, false),
              HasSubstr("\n\n" + render_gate_report(all, {doubled("batch")})));
}

TEST(StudyTables, NoStringSteersTheTerminal) {
  const std::string red = "\x1b[31m\n\xff";
  MitigationResult hostile = doubled(red);
  hostile.info.description = hostile.info.cost = hostile.info.risk = red;
  hostile.baseline.pooled.planned.strategy = hostile.baseline.pooled.planned.profile = red;
  hostile.mitigation.pooled.planned.strategy = red;
  hostile.mitigation.pooled.verdicts = {{red, true, red}};
  Configurations all = study_configurations();
  for (ConfigurationResult& each : all) {
    each.verdicts.push_back({red, true, red});
    each.planned.strategy = red;
    each.busy_longest_us = 1;
  }
  all.push_back(all.front());
  all.back().planned.threads = 50;
  MitigationResult half = hostile;
  half.baseline = {};
  for (const std::string& text :
       {render_scaling(all), render_mitigations({hostile}), render_mitigations({half}),
        render_gate_report(all, {hostile}), render_run(all, {hostile}, true)}) {
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_THAT(text, Not(HasSubstr("\xff")));
    EXPECT_THAT(text, HasSubstr("\\x1b[31m\\x0a\\xff"));
  }
}

}  // namespace
}  // namespace walbench::tools
