// Silent bugs these tests would catch: a change that is noise and is printed as shown, or as better
// when it is worse; a ranking upside down; a recommendation without the lines to paste; a
// percentile under another configuration's name; a limit that failed and is printed as held.

#include "tools/document/study_document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/support/documents.hpp"
#include "tests/support/example_results.hpp"
#include "tools/document/advice_document.hpp"
#include "tools/document/configuration_document.hpp"

namespace walbench::tools {
namespace {

using metrics::ConfigurationResult;
using metrics::MitigationResult;
using metrics::Segment;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr std::int64_t kMs = 1'000'000, kSecond = 1000 * kMs;

/// A run to look at; keeps what it is of.
class Measured {
 public:
  Measured() = default;
  Measured(std::vector<ConfigurationResult> of, std::vector<MitigationResult> with,
           std::vector<metrics::CeilingPoint> below)
      : configurations(std::move(of)), mitigations(std::move(with)), ceiling(std::move(below)) {}

  std::vector<ConfigurationResult> configurations;
  std::vector<MitigationResult> mitigations;
  std::vector<metrics::CeilingPoint> ceiling;

  RunView view() const {
    findings_ = metrics::analyse(configurations, mitigations);
    return {.run_id = "ID",
            .timestamp = "then",
            .environment_digest = "0123abcd",
            .environment = nullptr,
            .ceiling = &ceiling,
            .configurations = configurations,
            .mitigations = mitigations,
            .findings = findings_,
            .failures = failures,
            .complete = {},
            .planned = planned,
            .suffix = ""};
  }

  std::vector<metrics::RunFailure> failures;
  std::vector<std::string> planned;

 private:
  mutable metrics::Findings findings_;
};

/// 1,000 samples whose P50, P95, P99, P99.9 and maximum are 1, 2, 3, 4 and 5 times `unit_ns`.
metrics::Histogram spread(std::int64_t unit_ns) {
  metrics::Histogram histogram;
  EXPECT_TRUE(histogram.record(unit_ns, 940) && histogram.record(2 * unit_ns, 45) &&
              histogram.record(3 * unit_ns, 10) && histogram.record(4 * unit_ns, 4) &&
              histogram.record(5 * unit_ns));
  return histogram;
}

ConfigurationResult example() {
  ConfigurationResult result = metrics::measured(10, "zero", "per-file", 2 * kSecond);
  result.planned.files = 1000;
  result.commits = 3000;
  result.wal.growth_bytes = 4096;
  result.main.segments = {{Segment::fsm_net, spread(2 * kMs)},
                          {Segment::lock_wait, spread(300)},
                          {Segment::db_total, spread(400)}};
  return result;
}

/// Throughput of `repeats` from 2 s a run to `after`; P95 of fsm_net from 100 to 50 ms.
MitigationResult changed(const std::string& name, const std::vector<std::int64_t>& after) {
  MitigationResult result{metrics::example_info(name), {}, {}};
  result.baseline = metrics::repeated("per-file", {});
  result.mitigation = metrics::repeated(name, {});
  for (const std::int64_t elapsed_ns : after) {
    const auto add = [&](metrics::RepeatedResult& side, std::int64_t ns, std::int64_t p95_ns) {
      ++side.pooled.repeats;
      side.pooled.elapsed_ns += ns;
      side.pooled.elapsed_longest_ns = std::max(side.pooled.elapsed_longest_ns, ns);
      side.repeats.push_back(
          {ns, {{Segment::fsm_net, p95_ns, 2 * p95_ns, 3 * p95_ns, 4 * p95_ns}}});
    };
    add(result.baseline, 2 * kSecond, 100 * kMs);
    add(result.mitigation, elapsed_ns, 50 * kMs);
  }
  return result;
}

// ---- configurations

TEST(Overview, HasARowAConfigurationThatSortsByItsValues) {
  Measured run{{example(), example()}, {}, {}};
  run.configurations[0].planned.limits = {"elapsed>2s", "elapsed>1s"};
  run.configurations[1].planned.threads = 50;
  run.configurations[1].concurrency.os_threads = 50;
  run.configurations[1].main.segments.clear();
  run.configurations[1].ceiling = {
      .group_size = 1, .checkpoint = "auto", .writes_per_second = 1000};
  run.configurations[1].writes = 1500;
  const Table table = table_of(overview_section(run.view()));
  EXPECT_THAT(
      rows_of(table),
      ElementsAre("c=10 zero per-file | 2 s | 2,000 | 1,500 | 2.001 | 4.002 | 6.001 | 8.004 "
                  "| 10.00 | 0.00080 | 0.00060 | - | 4,096 B | - | FAIL",
                  "c=50 zero per-file | 2 s | 2,000 | 1,500 | - | - | - | - | - | - | - | "
                  "- | 4,096 B | 0.75 | -"));
  EXPECT_EQ(table.rows[0][1].number, 2e9);
  EXPECT_EQ(table.rows[0].back().tone, Tone::bad);
}

TEST(Breakdown, SharesAndPartsAddUp) {
  Measured run{{example()}, {}, {}};
  run.configurations[0].main.segments = {{Segment::fsm_net, metrics::histogram_of(1000)},
                                         {Segment::lock_wait, metrics::histogram_of(500)},
                                         {Segment::queue_wait, metrics::histogram_of(100)},
                                         {Segment::busy_wait, metrics::histogram_of(300)},
                                         {Segment::commit, metrics::histogram_of(300)},
                                         {Segment::sync_wait, metrics::histogram_of(140)},
                                         {Segment::db_total, metrics::histogram_of(900)}};
  const Section section = breakdown_section(run.view());
  EXPECT_THAT(
      rows_of(table_of(section, "Shares")),
      ElementsAre("c=10 zero per-file | 0.00100 | 40.0 % | 26.0 % | 0.0 % | 14.0 % | 20.0 %"));
  EXPECT_THAT(rows_of(table_of(section, "Parts")),
              Contains("c=10 zero per-file | busy handler | waiting | 0.00030 | 30.0 %"));
  EXPECT_THAT(sentences_of(section),
              ElementsAre(HasSubstr("CONTRIBUTOR: lock_wait P95 is 55.6 % of db_total P95")));
  EXPECT_THAT(terminal_text(section, false),
              HasSubstr("waiting # working . syncing =\n  c=10 zero per-file  [" +
                        std::string(20, '#') + std::string(13, '.') + std::string(7, '=') + "]\n"));
  run.configurations[0].main.segments.clear();
  EXPECT_THAT(breakdown_section(run.view()).blocks, IsEmpty());
}

TEST(ConfigurationSection, SegmentsStandInTheOrderOfTheBreakdown) {
  ConfigurationResult result = example();
  result.main.segments.clear();
  for (std::size_t index = metrics::kSegmentCount; index > 0; --index) {
    result.main.segments.push_back({metrics::segment_at(index - 1), spread(100)});
  }
  std::vector<std::string> names;
  for (const Row& row :
       table_of(configuration_section(result, metrics::analyse_configuration(result), "", {}))
           .rows) {
    names.push_back(row[0].text);
  }
  EXPECT_THAT(names,
              ElementsAre("fsm_net", "  read", "  lock_wait", "    pool_wait", "    queue_wait",
                          "    busy_wait", "  statement", "  commit", "    checkpoint_wait",
                          "    sync_wait", "  fsm_hydrate", "  fsm_dispatch", "  other", "db_total",
                          "transition", "mock_api", "total_wall", "connect", "  close", "attempt",
                          "  failed_attempt", "snapshot_age", "wal_sync", "db_sync", "checkpoint",
                          "busy_asked"));
}

TEST(ConfigurationSection, NamesVerificationRepeatsAndEveryVerdict) {
  ConfigurationResult result = example();
  result.repeats = 5;
  EXPECT_EQ(configuration_section(result, metrics::analyse_configuration(result), "after x: ", {})
                .heading,
            "after x: c=10 zero per-file: 5 x 1,000 files, database verified");
  EXPECT_THAT(
      sentences_of(configuration_section(result, metrics::analyse_configuration(result), "", {})),
      Contains(StartsWith("threshold_1: PASS  2 s of ")));
  result.verified = false;
  result.planned.threads = 9;
  EXPECT_THAT(
      sentences_of(configuration_section(result, metrics::analyse_configuration(result), "", {})),
      Contains("No limit is set for c=9 zero per-file."));
  result.planned.limits = {"elapsed>1s", "elapsed>4s"};
  const Section section =
      configuration_section(result, metrics::analyse_configuration(result), "", {});
  EXPECT_THAT(section.heading, HasSubstr("DATABASE NOT VERIFIED"));
  EXPECT_THAT(sentences_of(section), Contains("elapsed>1s: FAIL  2 s of 1 s, 2.00x too long"));
  EXPECT_THAT(sentences_of(section), Contains("elapsed>4s: PASS  2 s of 4 s, 2.00x"));
}

// ---- scaling and ceiling

/// As throughput is by the law with gamma 1,000/s, sigma 0.05 and kappa 0.001.
Measured by_the_law(const std::vector<std::int64_t>& levels) {
  Measured run;
  for (const std::int64_t level : levels) {
    const auto n = static_cast<double>(level);
    const double per_second = 1000 * n / (1 + 0.05 * (n - 1) + 0.001 * n * (n - 1));
    run.configurations.push_back(example());
    run.configurations.back().planned.threads = level;
    run.configurations.back().elapsed_ns = std::llround(4000 / per_second * 1e9);
  }
  return run;
}

TEST(Scaling, ALawThatFitsIsToldWithItsPeakAndDrawn) {
  const Measured run = by_the_law({1, 10, 50});
  const Section section = scaling_section(run.view());
  EXPECT_THAT(rows_of(table_of(section)),
              Contains("transitions/s | 10 -> 50 | 6,494 | 8,475 | +0.17 | sub-linear"));
  EXPECT_THAT(sentences_of(section),
              ElementsAre("Scaling of zero per-file. Same bottleneck: c=1 db_total (lock_wait), "
                          "c=10 db_total (lock_wait), c=50 db_total (lock_wait).",
                          HasSubstr("throughput peaks at c=31 (")));
  const std::vector<Picture> pictures = blocks_of<Picture>(section);
  ASSERT_EQ(pictures.size(), 1U);
  const Chart chart = pictures[0].views.at(0).chart();
  ASSERT_EQ(chart.series.size(), 2U) << "measured, and the law";
  EXPECT_NEAR(chart.series[1].points.front().y, 1000, 1) << "one thread";
  EXPECT_GT(chart.series[1].points.back().x, 50);
}

TEST(Scaling, ALawThatIsNotFittedSaysWhyAndOneLevelScalesNowhere) {
  const Measured two = by_the_law({1, 10});
  EXPECT_THAT(
      sentences_of(scaling_section(two.view())),
      Contains(HasSubstr("Universal Scalability Law: not fitted; it has three parameters")));
  const Measured one = by_the_law({10});
  EXPECT_THAT(scaling_section(one.view()).blocks, IsEmpty());
}

TEST(Ceiling, IsATableOfItsOwn) {
  Measured run;
  EXPECT_THAT(ceiling_section(run.view()).blocks, IsEmpty());
  run.ceiling = {{1, "auto", 40'123.6, 39'000, 41'000}, {256, "background", 201'000, 1, 2}};
  EXPECT_THAT(rows_of(table_of(ceiling_section(run.view()))),
              ElementsAre("1 in a transaction | auto | 40,124 | 39,000 | 41,000",
                          "256 in a transaction | background | 201,000 | 1 | 2"));
}

// ---- mitigations

TEST(Mitigations, MediansChangesAndConclusions) {
  Measured run{{}, {changed("pooled", {kSecond, kSecond, kSecond})}, {}};
  run.mitigations[0].mitigation.repeats[0].segments[0].max_ns = 1;
  const Section section = mitigations_section(run.view());
  const Table table = table_of(section, "pooled: c=10 zero per-file -> pooled, 3 repeats each");
  EXPECT_THAT(rows_of(table),
              ElementsAre("fsm_net P95 | 100.0 | 50.00 | -50.0 % | -50.0 % .. -50.0 % | better",
                          "fsm_net P99 | 200.0 | 100.0 | -50.0 % | -50.0 % .. -50.0 % | better",
                          "fsm_net P99.9 | 300.0 | 150.0 | -50.0 % | -50.0 % .. -50.0 % | better",
                          HasSubstr("no difference shown"),
                          "transitions/s | 200 | 400 | +100.0 % | +100.0 % .. +100.0 % | better"));
  EXPECT_EQ(table.rows[0].back().tone, Tone::good);
  EXPECT_THAT(sentences_of(section), Contains(StartsWith("Change: geometric mean")));
  EXPECT_THAT(sentences_of(section), Contains(StartsWith("Intervals: ")));
}

TEST(Mitigations, OneRepeatShowsNothing) {
  const Measured run{{}, {changed("once", {kSecond})}, {}};
  const Section section = mitigations_section(run.view());
  EXPECT_THAT(rows_of(table_of(section, "once")),
              Contains("transitions/s | 200 | 400 | +100.0 % | - | one repeat"));
  EXPECT_THAT(sentences_of(section), Not(Contains(StartsWith("Intervals"))));
}

TEST(Mitigations, RankByThroughputGainedWithTheirLimits) {
  Measured run{{},
               {changed("slower", {3 * kSecond, 3 * kSecond, 3 * kSecond}),
                changed("lucky", {kSecond / 2, 9 * kSecond / 2, kSecond}),
                changed("steady", {kSecond, kSecond, kSecond})},
               {}};
  run.mitigations[0].mitigation.pooled.planned.limits = {"elapsed>2s"};
  const Section section = mitigations_section(run.view());
  EXPECT_THAT(rows_of(table_of(section, "Ranking")),
              ElementsAre(StartsWith("steady | +100.0 % | - | "),
                          testing::AllOf(StartsWith("lucky | "), HasSubstr(" % ? | ")),
                          testing::AllOf(StartsWith("slower | -33.3 % | "),
                                         testing::EndsWith(" | FAIL | no"))));
  EXPECT_THAT(
      rows_of(table_of(section, "Costs")),
      Contains(
          "steady | kind of steady | what steady is | what steady costs | what steady endangers"));
}

TEST(Mitigations, AMissingSideIsNamedAndNothingIsSaidAboutIt) {
  Measured run{
      {}, {changed("alone", {kSecond, kSecond}), changed("other", {kSecond, kSecond})}, {}};
  run.mitigations[0].baseline = {};
  run.mitigations[1].mitigation = {};
  EXPECT_THAT(
      sentences_of(mitigations_section(run.view())),
      testing::UnorderedElementsAre("mitigation alone: nothing of its baseline was given",
                                    "mitigation other: nothing of its mitigated side was given"));
  EXPECT_THAT(sentences_of(advice_section(run.view())), Not(Contains(HasSubstr("keep"))));
}

TEST(Mitigations, RisksAndRetriesOfTheMitigationAreSaid) {
  Measured run{{}, {changed("batch", {kSecond, kSecond})}, {}};
  MitigationResult& result = run.mitigations[0];
  EXPECT_THAT(terminal_text(mitigations_section(run.view())), Not(HasSubstr("RISK")));
  result.mitigation.pooled.unsaved_peak = 1009;
  result.mitigation.pooled.snapshot_retries = 1234;
  result.baseline.pooled.snapshot_retries = 5;
  EXPECT_THAT(
      sentences_of(mitigations_section(run.view())),
      testing::IsSupersetOf(
          {"batch: RISK: up to 1,009 transitions were acknowledged and not yet durable; a crash "
           "would have lost them.",
           "batch: 1,234 transactions begun anew: stale snapshot, or lock held (baseline: 5)."}));
}

// ---- what to do, and why

TEST(Advice, NamesTheChangeWhatItBringsAndHowItIsWritten) {
  Measured run{{example()}, {changed("pooled-connection", {kSecond, kSecond, kSecond})}, {}};
  const Section section = advice_section(run.view());
  EXPECT_EQ(section.heading, "What to do");
  EXPECT_FALSE(section.details);
  const auto& answer = std::get<Sentence>(section.blocks.front());
  EXPECT_THAT(answer.text, StartsWith("Recommendation: pooled-connection, "));
  EXPECT_EQ(answer.tone, Tone::answer);
  EXPECT_THAT(sentences_of(section), Contains(HasSubstr("what pooled-connection costs")));
  EXPECT_THAT(sentences_of(section), Contains(HasSubstr("Kind of change: kind of pooled-")));
  EXPECT_THAT(rows_of(table_of(section, "It brings")),
              Contains("transitions/s | 200 | 400 | +100.0 % | +100.0 % .. +100.0 % | better"));
  std::vector<std::string> languages;
  for (const Code& code : blocks_of<Code>(section)) {
    languages.push_back(code.language);
    EXPECT_THAT(code.text, Not(HasSubstr("$")));
  }
  EXPECT_THAT(languages, ElementsAre("c", "python", "sql", "c", "python"))
      << "of the change, then of the settings";
}

TEST(Advice, PastesATimeoutOfTwiceTheLongestWait) {
  Measured run{{example()}, {}, {}};
  run.configurations[0].settings.busy_timeout_ms = 30'000;
  EXPECT_THAT(terminal_text(advice_section(run.view())), HasSubstr("busy_timeout = 5000;"));
  run.configurations[0].busy_longest_us = 7'600'000;
  const std::string text = terminal_text(advice_section(run.view()));
  EXPECT_THAT(text, HasSubstr("busy_timeout: set 16000 ms. The longest wait"));
  EXPECT_THAT(text, HasSubstr("busy_timeout = 16000;"));
}

TEST(Advice, WithoutMitigationsSaysHowToGetOne) {
  const Measured run{{example()}, {}, {}};
  EXPECT_THAT(sentences_of(advice_section(run.view())),
              Contains(HasSubstr("bench --try all measures which change helps")));
}

TEST(Why, HasBottleneckWarningsAndVerdicts) {
  Measured run{{example(), example()}, {}, {}};
  run.configurations[1].planned.threads = 50;
  run.configurations[1].elapsed_ns /= 2;
  run.configurations[1].unsaved_peak = 9;
  run.configurations[1].concurrency.os_threads = 50;
  run.configurations[1].planned.limits = {"elapsed>3s", "elapsed>1s"};
  const std::vector<std::string> why = sentences_of(summary_section(run.view()));
  EXPECT_THAT(why, testing::IsSupersetOf(
                       {"Run ID, begun then: 2 configurations.",
                        "Most throughput: c=50 zero per-file with 4,000 transitions/s.",
                        "Limits: 2 of 3 held.",
                        "FAIL elapsed>1s of c=50 zero per-file: 2 s of 1 s, 2.00x too long"}));
  EXPECT_THAT(why, Contains(StartsWith("Bottleneck: db_total; root cause: lock_wait. db_total has "
                                       "the highest P95 at c=10 zero per-file")));
  EXPECT_THAT(why, Contains(StartsWith("c=50 zero per-file: RISK: up to 9 transitions")));
}

TEST(Why, AStudyHasAGateReport) {
  Measured run{{example(), example()}, {changed("pooled", {kSecond, kSecond, kSecond})}, {}};
  EXPECT_THAT(blocks_of<Table>(summary_section(run.view())), IsEmpty()) << "no study";
  run.configurations[1].planned.profile = "realistic";
  run.configurations[1].planned.api_delay_ns = 2'000'000'000;
  run.configurations[1].elapsed_longest_ns = 8 * 3600 * kSecond;
  EXPECT_THAT(rows_of(table_of(summary_section(run.view()), "Gate report")),
              ElementsAre(StartsWith("throughput measured | PASS | 2 configurations"),
                          StartsWith("bottleneck identified, and a mitigation tested before and "
                                     "after | FAIL | db_total, root cause lock_wait"),
                          testing::AllOf(StartsWith("thresholds defined and met | FAIL | "
                                                    "threshold_1 PASS: 2 s of "),
                                         HasSubstr("; threshold_2 FAIL: 8 h of "))));
}

}  // namespace
}  // namespace walbench::tools
