// Silent bugs these tests would catch: a figure written under another figure's name; a field that
// `report` reads back as something else, or takes for granted; somebody else's file that ends the
// program instead of being refused.

#include "metrics/result_json.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "metrics/environment.hpp"
#include "metrics/format_error.hpp"

namespace walbench::metrics {
namespace {

using Json = nlohmann::json;

Histogram example_histogram() {
  Histogram histogram;  // 1,000 samples: exact below 2,048 ns
  EXPECT_TRUE(histogram.record(100, 940));
  EXPECT_TRUE(histogram.record(200, 45));
  EXPECT_TRUE(histogram.record(300, 10));
  EXPECT_TRUE(histogram.record(400, 4));
  EXPECT_TRUE(histogram.record(500, 1));
  return histogram;
}

/// Every field has a value that no other field has.
ConfigurationResult full_configuration() {
  ConfigurationResult result;
  result.planned = {.threads = 10,
                    .profile = "zero",
                    .strategy = "a strategy",
                    .connection = "a connection",
                    .commit = "a commit",
                    .begin = "a begin",
                    .guard = "a guard",
                    .gate = "a gate",
                    .schema = "a schema",
                    .files = 818,
                    .transitions_per_file = 4,
                    .commits_per_file = 3,
                    .api_delay_ns = 11,
                    .warmup_files = 12};
  result.settings = {.journal_mode = "wal",
                     .synchronous = "normal",
                     .busy_timeout_ms = 13,
                     .wal_autocheckpoint_frames = 14,
                     .page_size_bytes = 4096,
                     .cache_size = -2000,
                     .locking_mode = "exclusive"};
  result.elapsed_ns = 2'000'000'001;
  result.indexed_count = 817;
  result.samples_produced = 21;
  result.samples_recorded = 22;
  result.samples_out_of_range = 23;
  result.occ_conflicts = 24;
  result.busy_retries = 25;
  result.snapshot_retries = 26;
  result.concurrency = {.os_threads = 31,
                        .in_flight_peak = 32,
                        .in_flight_mean = 9.5,
                        .lifecycles_per_thread = {81, 82, 83},
                        .lifecycles_stolen = 33};
  result.wal = {.size_start_bytes = 41,
                .size_end_bytes = 42,
                .growth_bytes = 43,
                .peak_bytes = 44,
                .bytes_written = 45,
                .frames = 46,
                .checkpoints = 47,
                .wal_syncs = 48,
                .db_syncs = 49,
                .db_bytes_written = 50};
  result.verified = true;
  result.verdicts = {{"threshold_1", true, "2 s of 300 s"}, {"zero:10:1s", false, "too long"}};
  for (const Segment segment :
       {Segment::fsm_net, Segment::lock_wait, Segment::fsm_dispatch, Segment::db_total}) {
    result.segments.push_back({segment, example_histogram()});
  }
  return result;
}

RunResult full_run() {
  RunResult run;
  run.run_id = "20260131-235959";
  run.timestamp = "2026-01-31T23:59:59Z";
  run.seed = std::numeric_limits<std::uint64_t>::max();
  run.environment = {"0.1.0", "Release", "thread", "gcc", "Linux", "a CPU", 2, "performance",
                     0.5,     "ext4",    "3.40.1", "id",  20,      21.5,    7, 3.25};
  run.resident_peak_bytes = 61;
  run.sqlite_memory_peak_bytes = 62;
  run.configurations.push_back(full_configuration());
  return run;
}

Json metadata() {
  const RunResult run = full_run();
  return Json::parse(hgrm_metadata(run, run.configurations.front(), Segment::commit));
}

std::string refusal(const std::string& text) {
  try {
    static_cast<void>(parse_hgrm_metadata(text));
  } catch (const FormatError& error) {
    return error.what();
  }
  return "accepted";
}

void expect_configuration_fields(const Json& json) {
  const std::vector<std::pair<const char*, Json>> fields = {
      {"concurrency", 10},
      {"profile", "zero"},
      {"strategy", "a strategy"},
      {"axes",
       {{"connection", "a connection"},
        {"commit", "a commit"},
        {"begin", "a begin"},
        {"guard", "a guard"},
        {"gate", "a gate"}}},
      {"schema", "a schema"},
      {"settings",
       {{"journal_mode", "wal"},
        {"synchronous", "normal"},
        {"busy_timeout_ms", 13},
        {"wal_autocheckpoint_frames", 14},
        {"page_size_bytes", 4096},
        {"cache_size", -2000},
        {"locking_mode", "exclusive"}}},
      {"elapsed_seconds", 2.000000001},
      {"transitions_per_second", 3272 / 2.000000001},
      {"commits_per_second", 2454 / 2.000000001},
      {"indexed_count", 817},
      {"verified", true},
      {"samples_produced", 21},
      {"samples_recorded", 22},
      {"samples_out_of_range", 23},
      {"occ_conflicts", 24},
      {"busy_retries", 25},
      {"os_threads", 31},
      {"in_flight_peak", 32},
      {"in_flight_mean", 9.5},
      {"lifecycles_per_thread", {81, 82, 83}},
      {"lifecycles_stolen", 33},
      {"wal_size_start_bytes", 41},
      {"wal_size_end_bytes", 42},
      {"wal_delta_bytes", 43},
      {"wal_peak_bytes", 44},
      {"wal_bytes_written", 45},
      {"wal_frames", 46},
      {"checkpoints", 47},
      {"wal_syncs", 48},
      {"db_syncs", 49},
      {"threshold_1_verdict", "PASS: 2 s of 300 s"},
      {"wal_contention_verdict",
       "CONTRIBUTOR: lock_wait P95 is 100.0 % of db_total P95 (threshold 5 %)"},
  };
  for (const auto& [name, value] : fields) {
    ASSERT_TRUE(json.contains(name)) << name;
    EXPECT_EQ(json[name], value) << name;
  }
}

TEST(RunJson, HasEveryFieldOfTheRun) {
  const Json json = Json::parse(run_to_json(full_run()));
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
  EXPECT_FALSE(json["bottleneck"]["evidence"].get<std::string>().empty());
  const Json environment = {{"digest", environment_digest(full_run().environment)},
                            {"walbench_version", "0.1.0"},
                            {"build_type", "Release"},
                            {"sanitizers", "thread"},
                            {"compiler", "gcc"},
                            {"kernel", "Linux"},
                            {"cpu_model", "a CPU"},
                            {"cpu_count", 2},
                            {"cpu_governor", "performance"},
                            {"load_average_1min", 0.5},
                            {"file_system", "ext4"},
                            {"sqlite_version", "3.40.1"},
                            {"sqlite_source_id", "id"},
                            {"clock_resolution_ns", 20},
                            {"clock_read_ns", 21.5},
                            {"record_enqueue_ns", 7},
                            {"sample_record_ns", 3.25}};
  EXPECT_EQ(json["environment"], environment);
}

TEST(RunJson, HasEveryFieldOfAConfiguration) {
  const Json json = Json::parse(run_to_json(full_run()));
  ASSERT_EQ(json["configurations"].size(), 1U);
  const Json& configuration = json["configurations"][0];
  expect_configuration_fields(configuration);
  ASSERT_EQ(configuration["segments"].size(), 4U);
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

TEST(RunJson, ThresholdVerdictsSayPassOrFail) {
  RunResult run = full_run();
  run.configurations.front().verdicts = {{"threshold_2", false, "7 h of 6 h"}};
  const Json json = Json::parse(run_to_json(run))["configurations"][0];
  EXPECT_EQ(json["threshold_2_verdict"], "FAIL: 7 h of 6 h");
  EXPECT_FALSE(json.contains("threshold_1_verdict"));
}

TEST(RunJson, AnEmptyRunIsStillJson) {
  const Json json = Json::parse(run_to_json(RunResult()));
  EXPECT_TRUE(json["configurations"].is_array());
  EXPECT_TRUE(json["configurations"].empty());
  EXPECT_FALSE(json.contains("bottleneck"));
}

TEST(RunJson, TextThatIsNotUtf8IsReplacedNotThrownAt) {
  RunResult run = full_run();
  run.environment.cpu_model = "bad \xff\xc3 byte";
  run.configurations.front().planned.strategy = "\xed\xa0\x80";
  const Json json = Json::parse(run_to_json(run));
  EXPECT_EQ(json["environment"]["cpu_model"], "bad \xef\xbf\xbd\xef\xbf\xbd byte");
  EXPECT_EQ(refusal(hgrm_metadata(run, run.configurations.front(), Segment::commit)), "accepted");
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
  expect_configuration_fields(json);
}

// What was read, written again, must be the same text: of a configuration in which every field has
// its own value, none can then have been lost or mixed up.
TEST(HgrmMetadata, EveryFieldSurvivesTheRoundTrip) {
  RunResult run = full_run();
  run.configurations.front().segments.clear();
  const std::string text = hgrm_metadata(run, run.configurations.front(), Segment::commit);
  const HgrmMetadata read = parse_hgrm_metadata(text);
  EXPECT_EQ(read.run_id, run.run_id);
  EXPECT_EQ(read.timestamp, run.timestamp);
  EXPECT_EQ(read.environment_digest, environment_digest(run.environment));
  EXPECT_EQ(read.segment, "commit");
  EXPECT_TRUE(read.configuration.segments.empty());
  EXPECT_EQ(read.configuration.elapsed_ns, 2'000'000'001);
  EXPECT_EQ(read.configuration.snapshot_retries, 26);
  EXPECT_EQ(read.configuration.wal.db_bytes_written, 50);
  EXPECT_EQ(hgrm_metadata(run, read.configuration, Segment::commit), text);
}

TEST(HgrmMetadata, ElapsedTimeIsExactToTheNanosecond) {
  RunResult run = full_run();
  for (const std::int64_t ns : {1L, 999'999'999L, 8'582'747'781'260L, 21'600'000'000'001L}) {
    run.configurations.front().elapsed_ns = ns;
    const std::string text = hgrm_metadata(run, run.configurations.front(), Segment::commit);
    EXPECT_EQ(parse_hgrm_metadata(text).configuration.elapsed_ns, ns);
  }
}

/// Every field but those that are only for other readers, as JSON pointers.
std::vector<Json::json_pointer> required_fields(const Json& json) {
  std::vector<Json::json_pointer> fields;
  const Json flat = json.flatten();
  for (const auto& [path, value] : flat.items()) {
    if (path.find("_verdict") != std::string::npos ||
        path.find("_per_second") != std::string::npos || path == "/unit") {
      continue;
    }
    fields.emplace_back(path);
  }
  return fields;
}

TEST(ParseHgrmMetadata, RefusesWhereAFieldIsMissing) {
  const Json whole = metadata();
  for (const Json::json_pointer& field : required_fields(whole)) {
    Json json = whole;
    Json& parent = json.at(field.parent_pointer());
    if (parent.is_array()) continue;
    parent.erase(field.back());
    EXPECT_EQ(refusal(json.dump()), "its walbench metadata lacks '" + field.back() + "'");
  }
}

TEST(ParseHgrmMetadata, RefusesWhereAFieldHasAnotherType) {
  const Json whole = metadata();
  ASSERT_GT(required_fields(whole).size(), 50U);
  for (const Json::json_pointer& field : required_fields(whole)) {
    const bool is_text = whole.at(field).is_string();
    for (const Json& other :
         {Json(nullptr), Json::array(), Json::object(), is_text ? Json(1) : Json("1")}) {
      Json json = whole;
      json.at(field) = other;
      EXPECT_NE(refusal(json.dump()), "accepted") << field << " = " << other;
    }
  }
  for (const char* const name : {"axes", "settings", "lifecycles_per_thread", "gates"}) {
    Json json = whole;
    json[name] = "text";
    EXPECT_NE(refusal(json.dump()), "accepted") << name;
  }
  Json json = whole;
  json["gates"] = {7};
  EXPECT_NE(refusal(json.dump()), "accepted");
}

TEST(ParseHgrmMetadata, RefusesAbsurdNumbers) {
  const Json whole = metadata();
  for (const Json::json_pointer& field : required_fields(whole)) {
    if (!whole.at(field).is_number()) continue;
    for (const Json& absurd :
         {Json(1e16), Json(-1e16), Json(1e300), Json(std::numeric_limits<std::uint64_t>::max()),
          Json(std::numeric_limits<std::int64_t>::min())}) {
      Json json = whole;
      json.at(field) = absurd;
      EXPECT_NE(refusal(json.dump()), "accepted") << field << " = " << absurd;
    }
  }
}

TEST(ParseHgrmMetadata, RefusesCountsThatAreNegative) {
  const Json whole = metadata();
  for (const Json::json_pointer& field : required_fields(whole)) {
    // A negative cache_size is SQLite's way of writing KiB.
    if (!whole.at(field).is_number() || field.back() == "cache_size") continue;
    Json json = whole;
    json.at(field) = -1;
    EXPECT_NE(refusal(json.dump()), "accepted") << field;
  }
}

TEST(ParseHgrmMetadata, RefusesARunThatTookNoTime) {
  Json json = metadata();
  for (const double seconds : {0.0, -1.0, 1e-12, 1e12}) {
    json["elapsed_seconds"] = seconds;
    EXPECT_NE(refusal(json.dump()), "accepted") << seconds;
  }
}

TEST(ParseHgrmMetadata, RefusesALaterSchemaVersionWithARemedy) {
  Json json = metadata();
  json["schema_version"] = kSchemaVersion + 1;
  EXPECT_NE(refusal(json.dump()).find("use the walbench that wrote the file"), std::string::npos);
}

TEST(ParseHgrmMetadata, RefusesWhatIsNoObject) {
  const std::string nested(100'000, '[');
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("[]"), std::string("7"), std::string("null"),
        std::string("\"text\""), std::string("{}{}"), std::string("{\"a\":\xff}"), nested,
        nested + std::string(100'000, ']'), "{\"a\":" + nested + std::string(100'000, ']') + "}"}) {
    EXPECT_NE(refusal(text), "accepted") << text.substr(0, 20);
    EXPECT_THROW(static_cast<void>(is_values_metadata(text)), FormatError) << text.substr(0, 20);
  }
}

TEST(ValuesMetadata, IsToldFromAConfigurations) {
  EXPECT_TRUE(is_values_metadata(values_metadata("latencies.txt")));
  EXPECT_FALSE(is_values_metadata(metadata().dump()));
  EXPECT_EQ(Json::parse(values_metadata("a \"b\"\n.txt"))["source"], "a \"b\"\n.txt");
  EXPECT_EQ(values_metadata("a\nb").find('\n'), std::string::npos);
  EXPECT_EQ(refusal(values_metadata("x")), "its walbench metadata lacks 'run_id'");
}

}  // namespace
}  // namespace walbench::metrics
