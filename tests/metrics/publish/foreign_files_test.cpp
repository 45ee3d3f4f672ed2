// Would catch: a file that another program wrote refused, or told with a figure that its samples do
// not have, in a wrong unit, or with less than is in it. Each file in tests/foreign stands for a
// kind that people have; the table says what is right for it.

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "metrics/publish/report_json.hpp"
#include "metrics/result/result_set.hpp"

namespace walbench::metrics {
namespace {

using nlohmann::json;

/// Where a figure stands in the report's JSON, and its value.
struct Fact {
  const char* at;
  json value;
};

struct Case {
  const char* file;
  Reading reading;
  std::vector<Fact> facts;
};

std::vector<Case> cases() {
  const json nothing;
  return {
      {"vegeta-hdrplot.txt",
       {},
       {{"/distributions/0/unit", "ms"},
        {"/distributions/0/count", 40},
        {"/distributions/0/p50", 2.5},
        {"/distributions/0/p95", 7.75},
        {"/distributions/0/p95_above", 2.5},
        {"/distributions/0/p99", 7.75},
        {"/distributions/0/max", 9.0}}},
      {"go-histwriter.histogram",
       {},
       {{"/distributions/0/unit", "unit of the file"},
        {"/distributions/0/count", 39},
        {"/distributions/0/p50", 2.5},
        {"/distributions/0/p99", 7.75},
        {"/distributions/0/max", 9.0}}},
      {"go-histwriter.histogram",
       {.unit = ValueUnit::us},
       {{"/distributions/0/unit", "ms"}, {"/distributions/0/p50", 0.0025}}},
      {"totalcount-footer.hgrm",
       {},
       {{"/distributions/0/count", 40},
        {"/distributions/0/mean", 3.1},
        {"/distributions/0/max", 9.0}}},
      {"two-wrk2-runs.txt",
       {},
       {{"/distributions/0/unit", "ms"},
        {"/distributions/0/count", 40},
        {"/distributions/0/p50", 5.0},
        {"/distributions/0/p99", 9.0},
        {"/distributions/0/heading",
         "Running 10s test @ http://localhost:8080/a: Recorded Latency"},
        {"/distributions/1/heading",
         "Running 10s test @ http://localhost:8080/b: Recorded Latency"},
        {"/distributions/1/count", 40},
        {"/distributions/1/p50", 500.0},
        {"/distributions/1/p99", 900.0},
        {"/distributions/1/max", 900.0}}},
      {"last-line-without-newline.hlog",
       {},
       {{"/interval_logs/0/streams/0/intervals_in_log", 2},
        {"/interval_logs/0/streams/0/total/count", 2000},
        {"/interval_logs/0/cut_off", nothing}}},
      {"csv-without-newline.csv",
       {},
       {{"/distributions/0/count", 40}, {"/distributions/0/max", 9.0}}},
      {"idle-interval.hlog",
       {},
       {{"/interval_logs/0/streams/0/intervals/0/count", 0},
        {"/interval_logs/0/streams/0/intervals/0/p50_ms", nothing},
        {"/interval_logs/0/streams/0/intervals/0/p99_ms", nothing},
        {"/interval_logs/0/streams/0/intervals/0/max_ms", nothing},
        {"/interval_logs/0/streams/0/total/p50_ms", nothing},
        {"/interval_logs/0/streams/0/total/mean_ms", nothing},
        {"/interval_logs/0/streams/1/intervals/0/count", 1000}}},
      {"empty.hgrm",
       {},
       {{"/distributions/0/count", 0},
        {"/distributions/0/p50", nothing},
        {"/distributions/0/max", nothing},
        {"/distributions/0/mean", nothing}}},
      {"empty.csv", {}, {{"/distributions/0/count", 0}, {"/distributions/0/p99", nothing}}},
      {"go-end-as-length.hlog",
       {},
       {{"/interval_logs/0/lengths_worked_out", true},
        {"/interval_logs/0/streams/0/intervals/0/length_seconds", 1.0},
        {"/interval_logs/0/streams/0/intervals/3/length_seconds", 1.0},
        {"/interval_logs/0/streams/0/intervals/4/start_seconds", 100.0},
        {"/interval_logs/0/streams/0/intervals/4/length_seconds", 1.0},
        {"/interval_logs/0/streams/0/total/samples_per_second", 1000.0}}},
      {"memtier-set.hgrm",
       {},
       {{"/interval_logs/0/unit_assumed", true},
        {"/interval_logs/0/lengths_worked_out", false},
        {"/interval_logs/0/streams/0/total/p50_ms", 0.500223}}},
      {"memtier-set.hgrm",
       {.unit = ValueUnit::us},
       {{"/interval_logs/0/unit_assumed", false},
        {"/interval_logs/0/streams/0/total/p50_ms", 500.223},
        {"/interval_logs/0/streams/0/intervals/0/p50_ms", 500.223}}},
      {"count-decides-p99.hgrm",
       {},
       {{"/distributions/0/p95", 10.0},
        {"/distributions/0/p99", 20.0},
        {"/distributions/0/p99_above", nothing},
        {"/distributions/0/p999", 90.0}}},
      {"folder-of-ycsb-hdr", {}, {{"/interval_logs/0/streams/1/tag", "busy"}}},
  };
}

json told(const std::string& file, const Reading& reading) {
  const std::filesystem::path folder = WALBENCH_SOURCE_DIR "/tests/foreign";
  return json::parse(report_json(load_results({folder / file}, {}, reading), {}));
}

TEST(ForeignFiles, AreToldWithTheFiguresOfTheirSamples) {
  for (const Case& each : cases()) {
    const json report = told(each.file, each.reading);
    EXPECT_EQ(report.at("problems"), json::array()) << each.file;
    for (const Fact& fact : each.facts) {
      const json::json_pointer at(fact.at);
      const json found = report.contains(at) ? report.at(at) : json();
      if (fact.value.is_number_float() && found.is_number()) {
        EXPECT_NEAR(found.get<double>(), fact.value.get<double>(), 1e-6) << each.file << fact.at;
      } else {
        EXPECT_EQ(found, fact.value) << each.file << fact.at;
      }
    }
  }
}

TEST(ForeignFiles, ADoubleHistogramIsRefusedByItsName) {
  const json problem = told("double-histogram.hlog", {}).at("/problems/0/problem"_json_pointer);
  EXPECT_NE(problem.get<std::string>().find("DoubleHistogram"), std::string::npos) << problem;
}

// A new file without a row above would be read by nobody.
TEST(ForeignFiles, EachIsInTheTable) {
  for (const auto& entry :
       std::filesystem::directory_iterator(WALBENCH_SOURCE_DIR "/tests/foreign")) {
    const std::string name = entry.path().filename().string();
    if (name == "double-histogram.hlog") continue;
    const std::vector<Case> all = cases();
    EXPECT_TRUE(std::ranges::any_of(all, [&](const Case& each) { return name == each.file; }))
        << name;
  }
}

}  // namespace
}  // namespace walbench::metrics
