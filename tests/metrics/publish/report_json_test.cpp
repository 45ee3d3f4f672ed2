// Silent bugs these tests would catch: a figure of one configuration shown for another; a
// distribution, log or problem left out; JSON that no parser takes because a file name is no text.

#include "metrics/publish/report_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/example_results.hpp"

namespace walbench::metrics {
namespace {

using Json = nlohmann::json;

Json told(const ResultSet& set) {
  return Json::parse(report_json(set, analyse_each(set.runs)));
}

ResultSet one_run() {
  const RunResult run = full_run();
  LoadedRun loaded{run.run_id, run.instance, run.timestamp, "0123abcd", run.environment, {}, {}};
  loaded.configurations = run.configurations;
  loaded.configurations.push_back(
      measured(4, "zero", "other", 1'000'000'000, {{Segment::fsm_net, 2'000'000}}));
  loaded.mitigations.push_back(measured_mitigation("a mitigation", 2, 3));
  ResultSet set;
  set.runs.push_back(std::move(loaded));
  return set;
}

ResultSet one_log(std::size_t intervals) {
  ResultSet set;
  LoadedLog log{.path = "x.hlog", .label = "a label", .cut_off = {}, .streams = {}};
  for (const char* const tag : {"commit", "fsm_net"}) {
    LoadedLog::Stream stream{tag, {}};
    for (std::size_t index = 0; index < intervals; ++index) {
      const bool stalls = index == intervals / 2;
      stream.rows.push_back({static_cast<double>(index), 1, stalls ? 1 : 10, 1'000'000, 2'000'000,
                             stalls ? 900'000'000 : 3'000'000});
    }
    log.streams.push_back(std::move(stream));
  }
  set.logs.push_back(std::move(log));
  return set;
}

TEST(ReportJson, NothingReadIsAllListsEmpty) {
  const Json json = told({});
  EXPECT_EQ(json["schema_version"], kReportSchemaVersion);
  EXPECT_EQ(json["kind"], "report");
  for (const char* const list : {"runs", "distributions", "interval_logs", "problems"}) {
    EXPECT_EQ(json[list], Json::array()) << list;
  }
}

TEST(ReportJson, ARunHasItsConfigurationsSurroundingsAndConclusions) {
  const Json json = told(one_run())["runs"][0];
  EXPECT_EQ(json["run_id"], "20260131-235959");
  EXPECT_EQ(json["environment_digest"], "0123abcd");
  EXPECT_EQ(json["environment"]["cpu_model"], "a CPU");
  ASSERT_EQ(json["configurations"].size(), 2U);
  EXPECT_EQ(json["configurations"][0]["strategy"], "a strategy");
  EXPECT_EQ(json["configurations"][1]["strategy"], "other");
  EXPECT_EQ(json["configurations"][1]["segments"]["fsm_net_ms"]["p99"], 2.000895);
  EXPECT_EQ(json["bottleneck"]["segment"], "db_total");
  EXPECT_TRUE(json["recommendation"].contains("sentences"));
}

TEST(ReportJson, ACurveIsPairsOfInverseDistanceAndMilliseconds) {
  const Json curves = told(one_run())["runs"][0]["configurations"][0]["curves"];
  const Json& curve = curves["fsm_net_ms"];
  EXPECT_EQ(curve.front(), Json::parse("[1.0, 0.0001]"));
  EXPECT_EQ(curve.back(), Json::parse("[1000.0, 0.0005]"));
  EXPECT_TRUE(curves.contains("wal_sync_ms"));
}

TEST(ReportJson, AMitigationHasBothSidesAndTheComparison) {
  const Json json = told(one_run())["runs"][0]["mitigations"][0];
  EXPECT_EQ(json["mitigation"], "a mitigation");
  EXPECT_EQ(json["risk"], "what a mitigation endangers");
  EXPECT_EQ(json["baseline"]["strategy"], "per-file");
  EXPECT_EQ(json["mitigation_run"]["strategy"], "a mitigation");
  EXPECT_EQ(json["baseline_repeats"].size(), 3U);
  EXPECT_TRUE(json["comparison"]["fsm_net_ms"]["p95"].contains("ratio_low"));
}

TEST(ReportJson, ASegmentOfOursWithoutSamplesHasNullAndNoZeros) {
  ResultSet set = one_run();
  ConfigurationResult& configuration = set.runs[0].configurations[0];
  configuration.main.segments = {{Segment::fsm_net, Histogram()}};
  const Json told_of = told(set)["runs"][0]["configurations"][0];
  const Json& empty = told_of["segments"]["fsm_net_ms"];
  EXPECT_EQ(empty["count"], 0);
  for (const char* const member : {"p50", "p95", "p99", "p999", "mean", "min", "max"}) {
    EXPECT_TRUE(empty.at(member).is_null()) << member;
  }
  EXPECT_EQ(told_of["curves"]["fsm_net_ms"], Json::array());
}

TEST(ReportJson, ALogIsWhole) {
  const Json log = told(one_log(1000))["interval_logs"][0];
  EXPECT_EQ(log["file"], "x.hlog");
  EXPECT_EQ(log["label"], "a label");
  EXPECT_FALSE(log.contains("cut_off"));
  ASSERT_EQ(log["streams"].size(), 2U);
  EXPECT_EQ(log["streams"][0]["tag"], "commit");
  ASSERT_EQ(log["streams"][0]["intervals"].size(), 1000U);
  EXPECT_EQ(log["streams"][0]["intervals"][500]["max_ms"], 900.0);
  EXPECT_EQ(log["streams"][0]["intervals"][499]["p99_ms"], 2.0);
}

TEST(ReportJson, AForeignDistributionIsApproximateAndInItsOwnUnit) {
  ResultSet set;
  set.lone.push_back({"foreign.hgrm", parse_hgrm("Value Percentile TotalCount 1/(1-Percentile)\n"
                                                 "1.5 0.5 1 2.0\n4.5 1.0 2\n")});
  const Json json = told(set)["distributions"][0];
  EXPECT_EQ(json["exact"], false);
  EXPECT_EQ(json["unit"], "unit of the file");
  EXPECT_EQ(json["p50"], 1.5);
  EXPECT_EQ(json["max"], 4.5);
  EXPECT_EQ(json["curve"], Json::parse("[[2.0, 4.5]]"));
}

TEST(ReportJson, TheMaximumOfAForeignFileIsItsFootersWhereThatStatesOne) {
  ResultSet set;
  set.lone.push_back(
      {"foreign.hgrm", parse_hgrm("Value Percentile TotalCount 1/(1-Percentile)\n1.5 0.5 1 2.0\n"
                                  "#[Max     = 7.5, Total count    = 2]\n")});
  const Json json = told(set)["distributions"][0];
  EXPECT_EQ(json["max"], 7.5);
  EXPECT_EQ(json["p50"], 1.5);
}

// U+009B begins a terminal's commands, U+202E turns the direction of writing.
TEST(ReportJson, NothingInItSteersATerminal) {
  ResultSet set;
  const std::string name =
      "a\x7F\xC2\x9B"
      "31m\xE2\x80\xAE"
      "b\xE2\x80\xA8"
      "c\xE2\x80\x8B";
  set.problems.push_back({name, "why"});
  const std::string text = report_json(set, {});
  EXPECT_TRUE(std::ranges::all_of(text, [](char c) { return c == '\n' || (c >= ' ' && c < 0x7F); }))
      << text;
  EXPECT_EQ(Json::parse(text)["problems"][0]["file"], name) << "and nothing is lost";
}

TEST(ReportJson, BytesThatAreNoTextBecomeText) {
  ResultSet set;
  set.problems.push_back({"\xff\xfe.hgrm", "why\n\"not\""});
  const Json json = told(set)["problems"][0];
  EXPECT_EQ(json["problem"], "why\n\"not\"");
  EXPECT_THAT(json["file"].get<std::string>(), testing::EndsWith(".hgrm"));
}

}  // namespace
}  // namespace walbench::metrics
