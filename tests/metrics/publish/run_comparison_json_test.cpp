// Silent bugs these tests would catch: figures in nanoseconds under names in milliseconds, a
// missing interval that reads as no change, text from files that steers a terminal.

#include "metrics/publish/run_comparison_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/compared_results.hpp"

namespace walbench::metrics {
namespace {

using Json = nlohmann::json;

std::string text_of(const ResultSet& before, const ResultSet& after,
                    const std::vector<ChangeVerdict>& limits = {}) {
  const RunMatch match = match_runs(before, after);
  return run_comparison_json(match, compare_runs(match, {}), limits);
}

Json json_of(const ResultSet& before, const ResultSet& after) {
  return Json::parse(text_of(before, after));
}

ResultSet commits_of(std::int64_t value) {
  return results_of({with_segment(Segment::commit, histogram_of(value, 818))});
}

TEST(RunComparisonJson, SaysWhatItIs) {
  const Json json = json_of(commits_of(1000), commits_of(2000));
  EXPECT_EQ(json.at("schema_version"), 1);
  EXPECT_EQ(json.at("kind"), "comparison");
  EXPECT_EQ(json.at("intervals"), 3);
  EXPECT_NEAR(json.at("joint_confidence").get<double>(), 0.95, 1e-12);
  EXPECT_NEAR(json.at("interval_confidence").get<double>(), 1 - 0.05 / 3, 1e-12);
}

TEST(RunComparisonJson, SaysWhatIntervalsOfLimitsAre) {
  const ResultSet before = commits_of(1000);
  const ResultSet after = commits_of(2000);
  const RunMatch match = match_runs(before, after);
  const std::vector<Limit> limits = {parse_limit("commit.p50>+10%"),
                                     parse_limit("commit.p90>+10%")};
  const Json json = Json::parse(run_comparison_json(match, compare_runs(match, limits), {}));
  EXPECT_EQ(json.at("limit_intervals"), 2);
  EXPECT_NEAR(json.at("limit_interval_confidence").get<double>(), 0.975, 1e-12);
}

TEST(RunComparisonJson, HasEveryPercentileInMilliseconds) {
  const Json json = json_of(commits_of(1000), commits_of(2000)).at("configurations").at(0);
  EXPECT_EQ(json.at("configuration"), "c=10 zero per-file");
  EXPECT_EQ(json.at("before").at("concurrency"), 10);
  EXPECT_EQ(json.at("after").at("runs"), 1);
  const Json& median = json.at("percentiles").at(0);
  EXPECT_EQ(median.at("segment"), "commit");
  EXPECT_EQ(median.at("percentile"), 50);
  EXPECT_EQ(median.at("before"), 0.001);
  EXPECT_EQ(median.at("after"), 0.002);
  EXPECT_EQ(median.at("ratio"), 2);
  EXPECT_NEAR(median.at("ratio_low").get<double>(), 2000 / 1001.0, 1e-6);
  EXPECT_EQ(median.at("source"), "bootstrap");
  EXPECT_EQ(median.at("verdict"), "worse");
}

TEST(RunComparisonJson, AMissingIntervalIsNull) {
  const Json json = json_of(commits_of(1000), commits_of(1000)).at("configurations").at(0);
  const Json& tail = json.at("percentiles").at(3);
  EXPECT_EQ(tail.at("percentile"), 99.9);
  EXPECT_TRUE(tail.at("ratio_low").is_null());
  EXPECT_TRUE(tail.at("ratio_high").is_null());
  EXPECT_EQ(tail.at("verdict"), "too few samples");
  EXPECT_EQ(json.at("transitions_per_second").at("verdict"), "too few runs");
  EXPECT_NEAR(json.at("transitions_per_second").at("before").get<double>(), 400, 1e-9);
}

TEST(RunComparisonJson, TellsDifferencesNotesAndVerdicts) {
  ResultSet after = results_of({with_segment(Segment::commit, histogram_of(2000, 818)),
                                measured(1, "zero", "batch", 1'000'000'000)});
  after.runs.front().configurations.front().planned.files = 7;
  const Json json =
      Json::parse(text_of(commits_of(1000), after,
                          {{"a limit", "c=10 zero per-file", LimitOutcome::failed, "figures"},
                           {"a limit", "c=50 zero per-file", LimitOutcome::undecided, "figures"}}));
  EXPECT_EQ(json.at("differences"), Json({"c=10 zero per-file: file_count (100 and 7)"}));
  EXPECT_EQ(json.at("only_after"), Json({"c=1 zero batch"}));
  EXPECT_EQ(json.at("only_before"), Json::array());
  EXPECT_EQ(json.at("limits").at(0).at("limit"), "a limit");
  EXPECT_EQ(json.at("limits").at(0).at("verdict"), "fail");
  EXPECT_EQ(json.at("limits").at(0).at("passed"), false);
  EXPECT_EQ(json.at("limits").at(1).at("verdict"), "undecided");
  EXPECT_EQ(json.at("limits").at(1).at("passed"), true) << "no failure";
}

TEST(RunComparisonJson, EscapesWhatSteersATerminal) {
  ResultSet set = commits_of(1000);
  set.runs.front().configurations.front().planned.strategy = "\x1b[2J\xc2\x9b\xff";
  const std::string text = text_of(set, set);
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("\x1b")));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("\xc2\x9b")));
  EXPECT_TRUE(Json::accept(text));
}

}  // namespace
}  // namespace walbench::metrics
