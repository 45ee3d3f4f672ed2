// Silent bugs these tests would catch: a figure written under another figure's name, so that every
// reader of the file takes it for what it is not; a conclusion that is missing where it applies, or
// is drawn where nothing was measured.

#include "metrics/publish/result_json.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "metrics/analysis/mitigation_analysis.hpp"
#include "metrics/result/environment.hpp"
#include "metrics/result/facts_json.hpp"
#include "metrics/result/hgrm_metadata.hpp"
#include "tests/support/example_results.hpp"

namespace walbench::metrics {
namespace {

using Json = nlohmann::json;

Json json_of(const RunResult& run) {
  return Json::parse(run_to_json(run, analyse(run)));
}

/// Every fact of the configuration, as its row in the table of figures has it.
void expect_facts(const Json& json, const ConfigurationResult& configuration) {
  nlohmann::ordered_json facts;
  write_facts(configuration, facts);
  for (const auto& [name, value] : facts.items()) {
    ASSERT_TRUE(json.contains(name)) << name;
    EXPECT_EQ(json[name], Json(value)) << name;
  }
}

// Names, units and meaning that readers of the harness before walbench rely on.
TEST(RunJson, HasTheFieldsOfTheHarnessBefore) {
  RunResult run = full_run();
  run.configurations.front().iterations.reset();  // it ran lifecycles alone
  const Json json = json_of(run)["configurations"][0];
  const std::vector<std::pair<const char*, Json>> fields = {
      {"concurrency", 10},
      {"profile", "zero"},
      {"elapsed_seconds", 2.000000001},
      {"transitions_per_second", 5 * 3272 / 2.000000001},
      {"wal_size_start_bytes", 41},
      {"wal_size_end_bytes", 42},
      {"threshold_1_verdict", "PASS"},
      {"threshold_1_evidence", "2 s of 300 s, 150x"},
      {"wal_contention_verdict",
       "CONTRIBUTOR: lock_wait P95 is 100.0 % of db_total P95 (threshold 5 %)"}};
  for (const auto& [name, value] : fields) {
    ASSERT_TRUE(json.contains(name)) << name;
    EXPECT_EQ(json[name], value) << name;
  }
}

TEST(RunJson, HasEveryFieldOfTheRun) {
  const Json json = json_of(full_run());
  EXPECT_EQ(json["schema_version"], kSchemaVersion);
  EXPECT_EQ(json["run_id"], "20260131-235959");
  EXPECT_EQ(json["timestamp"], "2026-01-31T23:59:59Z");
  EXPECT_EQ(json["seed"], std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(json["file_count"], 818);
  EXPECT_EQ(json["transitions_per_file"], 4);
  EXPECT_EQ(json["total_transitions"], 3272);
  EXPECT_EQ(json["resident_peak_bytes"], 61);
  EXPECT_EQ(json["sqlite_memory_peak_bytes"], 62);
  EXPECT_EQ(json["bottleneck"]["segment"], "db_total");
  EXPECT_EQ(json["bottleneck"]["root_cause"], "lock_wait");
  EXPECT_EQ(json["bottleneck"]["root_cause_share"], 1);
  EXPECT_EQ(json["bottleneck"]["tail_cause"], "read");
  EXPECT_EQ(json["bottleneck"]["tail_cause_share"], 139 / 132.0);
  EXPECT_FALSE(json["bottleneck"]["evidence"].get<std::string>().empty());
  EXPECT_EQ(json["environment"]["digest"], environment_digest(full_run().environment));
  EXPECT_EQ(json["environment"]["cpu_model"], "a CPU");
}

TEST(RunJson, HasTheFactsTheFindingsAndTheSegmentsOfAConfiguration) {
  const Json json = json_of(full_run());
  ASSERT_EQ(json["configurations"].size(), 1U);
  const Json& configuration = json["configurations"][0];
  expect_facts(configuration, full_configuration());
  const double writes = 71 / 2.000000001;
  EXPECT_EQ(configuration["ceiling_share"], writes / 142.5);
  EXPECT_EQ(configuration["ceiling_share_range"], Json({writes / 285, writes / 71.25}));
  EXPECT_EQ(configuration["ceiling_moved"], false);
  EXPECT_EQ(configuration["write_amplification"], 5);
  EXPECT_EQ(configuration["jain_index"], 246.0 * 246 / (3 * (81 * 81 + 82 * 82 + 83 * 83)));
  ASSERT_EQ(configuration["segments"].size(), 11U);
  const Json& segment = configuration["segments"]["lock_wait_ms"];
  const std::vector<std::pair<const char*, double>> statistics = {
      {"p50", 100e-6},    {"p95", 200e-6}, {"p99", 300e-6}, {"p999", 400e-6},
      {"mean", 108.1e-6}, {"min", 100e-6}, {"max", 500e-6}, {"count", 1000}};
  EXPECT_EQ(segment.size(), statistics.size());
  for (const auto& [name, value] : statistics) {
    ASSERT_TRUE(segment.contains(name)) << name;
    EXPECT_DOUBLE_EQ(segment[name].get<double>(), value) << name;
  }
}

TEST(RunJson, TheBreakdownHasItsPartsInTheOrderOfALifecycle) {
  RunResult run;
  run.configurations = {measured(10, "zero", "per-file", 1'000'000'000,
                                 {{Segment::fsm_net, 1000},
                                  {Segment::lock_wait, 500},
                                  {Segment::busy_wait, 300},
                                  {Segment::commit, 350},
                                  {Segment::sync_wait, 100}})};
  const auto part = [](const char* name, const char* spent, double ms, double share) {
    return Json{{"part", name}, {"spent", spent}, {"mean_ms", ms}, {"share", share}};
  };
  const Json expected = {
      {"parts",
       {part("busy handler", "waiting", 300e-6, 0.3),
        part("lock and update", "working", 200e-6, 0.2), part("commit", "working", 250e-6, 0.25),
        part("sync", "syncing", 100e-6, 0.1)}},
      {"unexplained_share", 0.15}};
  EXPECT_EQ(json_of(run)["configurations"][0]["breakdown"], expected);
  const std::string metadata = hgrm_metadata(run, run.configurations.front(), Segment::commit);
  EXPECT_FALSE(Json::parse(metadata).contains("breakdown")) << "one segment cannot tell";
}

TEST(RunJson, UnfairnessAndMissingConcurrencyAreSentencesWhereThereIsSome) {
  RunResult run = full_run();
  ConfigurationResult& configuration = run.configurations.front();
  const auto has = [&](const char* name) {
    return json_of(run)["configurations"][0].contains(name);
  };
  EXPECT_FALSE(has("barging"));
  EXPECT_FALSE(has("missing_concurrency"));
  configuration.main.segments = {{Segment::lock_wait, histogram_of(1000, 999)}};
  ASSERT_TRUE(configuration.main.segments.front().histogram.record(100'000'000));
  configuration.concurrency.in_flight_mean = 8;
  EXPECT_TRUE(has("barging"));
  EXPECT_TRUE(has("missing_concurrency"));
  configuration.planned.commit = "group";
  EXPECT_FALSE(has("jain_index")) << "its lifecycles belong to no thread";
}

TEST(RunJson, TheCeilingHasAPointEach) {
  const Json points = {{{"group_size", 1},
                        {"checkpoint", "auto"},
                        {"writes_per_second", 63.5},
                        {"least_per_second", 60.5},
                        {"most_per_second", 66.5}},
                       {{"group_size", 59},
                        {"checkpoint", "its checkpoint"},
                        {"writes_per_second", 142.5},
                        {"least_per_second", 71.25},
                        {"most_per_second", 285}}};
  EXPECT_EQ(json_of(full_run())["ceiling"], points);
}

TEST(RunJson, NothingIsSaidOfGroupsAndACeilingThatThereWereNot) {
  RunResult run = full_run();
  run.ceiling.clear();
  run.configurations.front().groups = {};
  run.configurations.front().ceiling.reset();
  const Json json = json_of(run);
  EXPECT_FALSE(json.contains("ceiling"));
  for (const char* const name : {"groups", "ceiling", "ceiling_share"}) {
    EXPECT_FALSE(json["configurations"][0].contains(name)) << name;
  }
  EXPECT_EQ(json["configurations"][0]["checkpoints_capped"], 58) << "of any strategy";
}

TEST(RunJson, ThresholdVerdictsSayPassOrFailAndEveryLimitIsListed) {
  RunResult run = full_run();
  run.configurations.front().planned.profile = "realistic";
  run.configurations.front().planned.api_delay_ns = 2'000'000'000;
  run.configurations.front().planned.api_fail_rate = 0;
  run.configurations.front().elapsed_longest_ns = 7 * 3600 * 1'000'000'000LL;
  const Json json = json_of(run)["configurations"][0];
  EXPECT_EQ(json["threshold_2_verdict"], "FAIL");
  EXPECT_EQ(json["threshold_2_evidence"], "7 h of 6 h, 1.17x too long");
  EXPECT_FALSE(json.contains("threshold_1_verdict"));
  const Json limits = {
      {{"limit", "threshold_2"}, {"passed", false}, {"evidence", "7 h of 6 h, 1.17x too long"}},
      {{"limit", "elapsed>1s"},
       {"passed", false},
       {"evidence", "7 h of 1 s, more than 1000x too long"}}};
  EXPECT_EQ(json["limits"], limits);
  EXPECT_EQ(json["planned_limits"], Json({"elapsed>1s"}));
}

TEST(RunJson, AnEmptyRunIsStillJson) {
  const Json json = json_of(RunResult());
  EXPECT_TRUE(json["configurations"].is_array());
  EXPECT_TRUE(json["configurations"].empty());
  EXPECT_EQ(json["scaling"], Json::array());
  for (const char* const name : {"bottleneck", "busy_timeout", "recommendation", "gate_report"}) {
    EXPECT_FALSE(json.contains(name)) << name;
  }
}

TEST(RunJson, HasNoConclusionsAboutWhatWasNotMeasured) {
  const Json json = json_of(full_run());
  EXPECT_EQ(json["scaling"], Json::array()) << "one level of concurrency";
  EXPECT_FALSE(json.contains("recommendation")) << "no mitigation";
  EXPECT_FALSE(json.contains("gate_report")) << "no study";
  const Json busy_timeout = {{"set_ms", 5000},
                             {"longest_us", 75},
                             {"configured_ms", 13},
                             {"near", false},
                             {"where", "c=10 zero a strategy"}};
  EXPECT_EQ(json["busy_timeout"], busy_timeout);
}

TEST(RunJson, HasTheScalingOfEachStrategyMeasuredAtSeveralLevels) {
  RunResult run;
  // 400 transitions in 4 s, 2 s and 2 s: to two threads linear, from there flat.
  run.configurations = {measured(1, "zero", "per-file", 4'000'000'000, {{Segment::fsm_net, 100}}),
                        measured(2, "zero", "per-file", 2'000'000'000, {{Segment::fsm_net, 100}}),
                        measured(4, "zero", "per-file", 2'000'000'000, {{Segment::fsm_net, 800}})};
  const Json scaling = json_of(run)["scaling"];
  ASSERT_EQ(scaling.size(), 1U);
  EXPECT_EQ(scaling[0]["profile"], "zero");
  EXPECT_EQ(scaling[0]["strategy"], "per-file");
  EXPECT_EQ(scaling[0]["bottleneck_changes"], false);
  std::vector<std::string> growths;
  for (const Json& growth : scaling[0]["growths"]) {
    growths.push_back(growth["figure"].get<std::string>() + " " + growth["threads_before"].dump() +
                      "-" + growth["threads_after"].dump() + " " +
                      growth["kind"].get<std::string>());
  }
  EXPECT_EQ(growths,
            (std::vector<std::string>{"fsm_net P95 1-2 flat", "fsm_net P95 2-4 super-linear",
                                      "fsm_net P95 1-4 super-linear", "transitions/s 1-2 linear",
                                      "transitions/s 2-4 flat", "transitions/s 1-4 sub-linear"}));
  EXPECT_DOUBLE_EQ(scaling[0]["growths"][1]["exponent"].get<double>(), 3);
}

TEST(RunJson, TheScalabilityLawHasItsParametersOrWhyNot) {
  const auto law_of = [](const std::vector<std::pair<std::int64_t, std::int64_t>>& levels) {
    RunResult run;
    for (const auto& [threads, elapsed_ns] : levels) {
      run.configurations.push_back(measured(threads, "zero", "per-file", elapsed_ns));
    }
    return json_of(run)["scaling"][0]["scalability_law"];
  };
  // gamma 100, sigma 1/2, kappa 1/20: X(2) = 200 / 1.6 and X(10) = 1000 / 10.
  const Json fit = law_of({{1, 4'000'000'000}, {2, 3'200'000'000}, {10, 4'000'000'000}});
  EXPECT_NEAR(fit["gamma"].get<double>(), 100, 0.01);
  const std::vector<std::pair<const char*, double>> values = {
      {"sigma", 1.0 / 2}, {"kappa", 1.0 / 20}, {"peak", std::sqrt(10.0)}};
  for (const auto& [name, value] : values) {
    ASSERT_TRUE(fit.contains(name)) << name;
    EXPECT_NEAR(fit[name]["value"].get<double>(), value, 1e-6) << name;
    EXPECT_LT(fit[name]["low"].get<double>(), value) << name;
    EXPECT_GT(fit[name]["high"].get<double>(), value) << name;
  }
  EXPECT_EQ(fit["exact"], true);
  EXPECT_EQ(fit["peak_determined"], true);
  EXPECT_NEAR(fit["worst_residual"].get<double>(), 0, 1e-9);
  EXPECT_FALSE(fit.contains("not_fitted"));

  const Json none = law_of({{1, 4'000'000'000}, {2, 2'000'000'000}});
  ASSERT_EQ(none.size(), 1U);
  EXPECT_NE(none["not_fitted"].get<std::string>().find("2 levels"), std::string::npos);
}

TEST(RunJson, HasWhatToDoWhereMitigationsWereMeasured) {
  RunResult run = full_run();
  run.mitigations.push_back(measured_mitigation("shared-connection", 3, 3));
  const Json json = json_of(run);
  EXPECT_EQ(json["recommendation"]["advice"], "change");
  EXPECT_EQ(json["recommendation"]["mitigation"], "shared-connection");
  const auto recommendation = analyse(run).recommendation;
  ASSERT_TRUE(recommendation.has_value());
  EXPECT_EQ(json["recommendation"]["sentences"], Json(recommendation->sentences));
  EXPECT_FALSE(json.contains("gate_report")) << "threshold 2 concerns nothing here";
}

TEST(RunJson, AStudyHasAGateReport) {
  RunResult run;
  for (const char* const profile : {"zero", "realistic"}) {
    ConfigurationResult& each = run.configurations.emplace_back(
        measured(10, profile, "per-file", 1'000'000'000, {{Segment::fsm_net, 100}}));
    each.planned.api_delay_ns = 2'000'000'000;
  }
  run.configurations[1].verified = false;
  run.mitigations.push_back(measured_mitigation("shared-connection", 3, 2));
  const Json report = json_of(run)["gate_report"];
  ASSERT_EQ(report.size(), 3U);
  EXPECT_EQ(report[0]["criterion"], "throughput measured");
  EXPECT_EQ(report[0]["passed"], false);
  EXPECT_EQ(report[2]["passed"], true);
  EXPECT_NE(report[2]["evidence"].get<std::string>().find("threshold_2 PASS"), std::string::npos);
}

TEST(RunJson, TextThatIsNotUtf8IsReplacedNotThrownAt) {
  RunResult run = full_run();
  run.environment.cpu_model = "bad \xff\xc3 byte";
  run.configurations.front().planned.strategy = "\xed\xa0\x80";
  const Json json = json_of(run);
  EXPECT_EQ(json["environment"]["cpu_model"], "bad \xef\xbf\xbd\xef\xbf\xbd byte");
  const std::string metadata = hgrm_metadata(run, run.configurations.front(), Segment::commit);
  EXPECT_EQ(parse_hgrm_metadata(metadata).configuration.planned.strategy,
            "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_TRUE(is_values_metadata(values_metadata("\xff\xfe/latencies")));
}

TEST(HgrmMetadata, IsOneLineWithTheRunTheSegmentAndTheConfiguration) {
  const RunResult run = full_run();
  const std::string text = hgrm_metadata(run, run.configurations.front(), Segment::commit);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  const Json json = Json::parse(text);
  EXPECT_EQ(json["schema_version"], kSchemaVersion);
  EXPECT_EQ(json["run_id"], "20260131-235959");
  EXPECT_EQ(json["timestamp"], "2026-01-31T23:59:59Z");
  EXPECT_EQ(json["environment_digest"], environment_digest(run.environment));
  EXPECT_EQ(json["segment"], "commit");
  expect_facts(json, run.configurations.front());
  for (const char* const finding :
       {"ceiling_share", "jain_index", "write_amplification", "limits", "timeout_advice",
        "threshold_1_verdict", "wal_contention_verdict", "breakdown"}) {
    EXPECT_FALSE(json.contains(finding)) << finding << " is a finding, not a fact";
  }
}

}  // namespace
}  // namespace walbench::metrics
