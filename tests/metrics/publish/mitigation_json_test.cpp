// Silent bugs these tests would catch: before and after exchanged, which turns every loss into a
// gain; a shape that scripts written for the harness before walbench no longer find their figures
// in; a difference called shown that one repeat cannot show.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "metrics/analysis/mitigation_analysis.hpp"
#include "metrics/publish/result_json.hpp"
#include "tests/support/example_results.hpp"

namespace walbench::metrics {
namespace {

using Json = nlohmann::json;

/// Throughput doubles, P95 of fsm_net falls from 1,000 to 500 ns and back in the second pair.
MitigationResult example_mitigation() {
  return {example_info("shared-connection"),
          repeated("per-file", {{2'000'000'000, 1000}, {2'000'000'000, 1000}}),
          repeated("shared-connection", {{1'000'000'000, 500}, {2'000'000'000, 1000}})};
}

Json json_of(const MitigationResult& mitigation) {
  return Json::parse(mitigation_to_json(full_run(), mitigation, analyse_mitigation(mitigation)));
}

TEST(MitigationJson, HasTheShapeOfTheHarnessBefore) {
  const Json json = json_of(example_mitigation());
  EXPECT_EQ(json["timestamp"], "2026-01-31T23:59:59Z");
  EXPECT_EQ(json["mitigation"], "shared-connection");
  EXPECT_EQ(json["description"], "what shared-connection is");
  EXPECT_EQ(json["baseline"]["strategy"], "per-file");
  EXPECT_EQ(json["mitigation_run"]["strategy"], "shared-connection");
  const Json& net = json["comparison"]["fsm_net_ms"];
  EXPECT_DOUBLE_EQ(net["baseline_p95"].get<double>(), 0.001);
  EXPECT_DOUBLE_EQ(net["mitigation_p95"].get<double>(), 0.00075) << "the median of 0.5 and 1 us";
  EXPECT_DOUBLE_EQ(net["delta_ms"].get<double>(), -0.00025);
  EXPECT_DOUBLE_EQ(net["delta_pct"].get<double>(), -25);
}

TEST(MitigationJson, HasWhereItComesFrom) {
  const Json json = json_of(example_mitigation());
  EXPECT_EQ(json["schema_version"], kSchemaVersion);
  EXPECT_EQ(json["run_id"], "20260131-235959");
  EXPECT_EQ(json["seed"], full_run().seed);
  EXPECT_EQ(json["cost"], "what shared-connection costs");
  EXPECT_EQ(json["risk"], "what shared-connection endangers");
  EXPECT_EQ(json["environment"]["cpu_model"], "a CPU");
  EXPECT_EQ(json["interval_method"], kIntervalMethod);
  EXPECT_DOUBLE_EQ(json["deciding_interval_confidence"].get<double>(), 1 - 0.05 / 4);
  EXPECT_DOUBLE_EQ(json["interval_confidence"].get<double>(), 1 - 0.05 / 13);
  EXPECT_EQ(json["gain"], "unclear");
  EXPECT_EQ(json["objections"], Json::array());
  EXPECT_EQ(json["measured_together"], 1);
  EXPECT_EQ(json["slowest_users"],
            "fsm_net P99.9 0.003 -> 0.00225 ms, fsm_net max 0.004 -> 0.003 ms");
}

TEST(MitigationJson, HasTheChangeOfEachStatistic) {
  const MitigationResult mitigation = example_mitigation();
  const std::vector<FigureChange> rows = compare_pairs(mitigation);
  const Json comparison = json_of(mitigation)["comparison"];
  const std::vector<std::pair<std::string, Json>> changes = {
      {"fsm_net P95", comparison["fsm_net_ms"]["p95"]},
      {"fsm_net P99", comparison["fsm_net_ms"]["p99"]},
      {"fsm_net P99.9", comparison["fsm_net_ms"]["p999"]},
      {"fsm_net max", comparison["fsm_net_ms"]["max"]},
      {"lock_wait P95", comparison["lock_wait_ms"]["p95"]},
      {"lock_wait P99", comparison["lock_wait_ms"]["p99"]},
      {"lock_wait max", comparison["lock_wait_ms"]["max"]},
      {"transitions/s", comparison["transitions_per_second"]},
  };
  EXPECT_EQ(comparison.size(), 3U) << "db_total and fsm_dispatch were not measured";
  for (const auto& [figure, change] : changes) {
    const FigureChange* const row = find_change(rows, figure);
    ASSERT_NE(row, nullptr) << figure;
    ASSERT_TRUE(row->change.interval.has_value()) << figure;
    EXPECT_EQ(change["before"], row->before) << figure;
    EXPECT_EQ(change["after"], row->after) << figure;
    EXPECT_EQ(change["ratio"], row->change.ratio) << figure;
    EXPECT_EQ(change["ratio_low"], row->change.interval->low) << figure;
    EXPECT_EQ(change["ratio_high"], row->change.interval->high) << figure;
    EXPECT_EQ(change["source"], "pairs") << figure;
    EXPECT_EQ(change["verdict"], "cannot tell apart") << figure << ": one pair of two is equal";
  }
}

TEST(MitigationJson, ADifferenceIsShownWhereEveryPairHasIt) {
  const Json json = json_of({example_info("shared-connection"),
                             repeated("per-file", {{2'000'000'000, 1000}, {2'000'000'000, 1000}}),
                             repeated("x", {{1'000'000'000, 1000}, {1'000'000'000, 1000}})});
  const Json& comparison = json["comparison"];
  EXPECT_EQ(comparison["transitions_per_second"]["verdict"], "better");
  EXPECT_NEAR(comparison["transitions_per_second"]["ratio"].get<double>(), 2, 1e-9);
  EXPECT_EQ(comparison["fsm_net_ms"]["p95"]["verdict"], "cannot tell apart");
}

TEST(MitigationJson, OnePairHasNoInterval) {
  const Json json =
      json_of({example_info("shared-connection"), repeated("per-file", {{2'000'000'000, 1000}}),
               repeated("shared-connection", {{1'000'000'000, 500}})});
  const Json& change = json["comparison"]["fsm_net_ms"]["p95"];
  EXPECT_NEAR(change["ratio"].get<double>(), 0.5, 1e-9);
  EXPECT_TRUE(change["ratio_low"].is_null() && change["ratio_high"].is_null());
  EXPECT_EQ(change["verdict"], "too few runs");
}

TEST(MitigationJson, PercentOfNothingIsNull) {
  const Json json =
      json_of({example_info("shared-connection"), repeated("per-file", {{2'000'000'000, 0}}),
               repeated("shared-connection", {{1'000'000'000, 500}})});
  EXPECT_TRUE(json["comparison"]["fsm_net_ms"]["delta_pct"].is_null());
  EXPECT_DOUBLE_EQ(json["comparison"]["fsm_net_ms"]["delta_ms"].get<double>(), 0.0005);
}

TEST(MitigationJson, HasEveryRepeatInItsOrder) {
  const Json json = json_of(example_mitigation());
  ASSERT_EQ(json["baseline_repeats"].size(), 2U);
  ASSERT_EQ(json["mitigation_repeats"].size(), 2U);
  const Json first = {
      {"elapsed_seconds", 1.0},
      {"transitions_per_second", 400.0},
      {"segments",
       {{"fsm_net", {{"p95_ns", 500}, {"p99_ns", 1000}, {"p999_ns", 1500}, {"max_ns", 2000}}},
        {"lock_wait", {{"p95_ns", 250}, {"p99_ns", 500}, {"p999_ns", 750}, {"max_ns", 1000}}}}}};
  EXPECT_EQ(json["mitigation_repeats"][0], first);
  EXPECT_EQ(json["mitigation_repeats"][1]["elapsed_seconds"], 2.0);
  EXPECT_EQ(json["baseline_repeats"][0]["transitions_per_second"], 200.0);
}

TEST(MitigationJson, ItsTwoSidesArePooledConfigurations) {
  const MitigationResult mitigation = measured_mitigation("shared-connection", 3, 2);
  const Json json = json_of(mitigation);
  EXPECT_EQ(json["baseline"]["repeats_pooled"], 2);
  EXPECT_EQ(json["baseline"]["elapsed_seconds"], 4.000000016);
  EXPECT_EQ(json["mitigation_run"]["elapsed_seconds"], 2.000000016);
  EXPECT_EQ(json["mitigation_run"]["segments"]["fsm_net_ms"]["count"], 2);
  EXPECT_EQ(json["mitigation_run"]["segments"]["fsm_net_ms"]["max"], 813e-6);
  EXPECT_EQ(json["comparison"].size(), 5U) << "four segments and throughput";
}

}  // namespace
}  // namespace walbench::metrics
