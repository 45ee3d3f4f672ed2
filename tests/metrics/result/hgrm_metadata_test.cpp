// Silent bugs these tests would catch: a field that `report` reads back as something else, or takes
// for granted; somebody else's file that ends the program instead of being refused; a file of an
// earlier version whose figures come out as zeros.

#include "metrics/result/hgrm_metadata.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "metrics/format_error.hpp"
#include "metrics/publish/result_json.hpp"
#include "metrics/result/environment.hpp"
#include "tests/support/example_results.hpp"

namespace walbench::metrics {
namespace {

using Json = nlohmann::json;

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
  EXPECT_EQ(read.segment, Segment::commit);
  EXPECT_FALSE(read.role.has_value());
  EXPECT_TRUE(read.configuration.segments.empty());
  EXPECT_EQ(read.configuration.elapsed_ns, 2'000'000'001);
  EXPECT_EQ(read.configuration.repeats, 5);
  EXPECT_EQ(read.configuration.writes, 71);
  EXPECT_EQ(read.configuration.commits, 72);
  EXPECT_EQ(read.configuration.api_calls, 73);
  EXPECT_EQ(read.configuration.api_failures, 74);
  EXPECT_EQ(read.configuration.busy_longest_us, 75);
  EXPECT_EQ(read.configuration.unsaved_peak, 76);
  EXPECT_EQ(read.configuration.planned.api_delay, "a delay");
  EXPECT_EQ(read.configuration.planned.api_fail_rate, 0.25);
  EXPECT_EQ(read.configuration.snapshot_retries, 26);
  EXPECT_EQ(read.configuration.wal.db_bytes_written, 50);
  EXPECT_EQ(read.configuration.lock_wait_longest_ns, 77'000'001);
  EXPECT_EQ(read.configuration.row_bytes_changed, 19);
  EXPECT_EQ(read.configuration.write_lock, example_write_lock());
  EXPECT_EQ(read.configuration.timeout_advice, run.configurations.front().timeout_advice);
  EXPECT_TRUE(read.configuration.same_but_segments(run.configurations.front()));
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

// Version 1 did not have them.
const std::set<std::string> kSinceVersion2 = {
    "/api_delay", "/api_fail_rate", "/repeats_pooled",  "/writes",      "/commits",
    "/api_calls", "/api_failures",  "/busy_longest_us", "/unsaved_peak"};

// Version 2 did not have them at first; groups and a ceiling not every configuration has.
const std::set<std::string> kSinceGroups = {"/checkpoint",         "/checkpoint_every_frames",
                                            "/wal_cap_frames",     "/checkpoint_seconds",
                                            "/checkpoints_capped", "/checkpoint_longest_ms"};
const std::set<std::string> kOfSome = {"/groups", "/ceiling"};

// Nor these.
const std::set<std::string> kSinceAnatomy = {"/lock_wait_longest_ms", "/row_bytes_changed",
                                             "/write_lock",           "/timeout_advice",
                                             "/wal_writes",           "/db_pages_written"};

// Without it there were too few transactions to tell.
const std::set<std::string> kNotAdvised = {"/timeout_advice/0/timeout_ms"};

/// They follow from others, and are for other readers.
const std::set<std::string> kNotRead = {"/unit", "/in_flight", "/groups/size_mean",
                                        "/transitions_per_second", "/commits_per_second"};

Json without(Json json, const std::set<std::string>& fields) {
  for (const std::string& name : fields) {
    json.erase(name.substr(1));
  }
  return json;
}

Json before_anatomy() {
  return without(metadata(), kSinceAnatomy);
}

/// Every field but those that are only for other readers, as JSON pointers.
std::vector<Json::json_pointer> fields_read(const Json& json) {
  std::vector<Json::json_pointer> fields;
  const Json flat = json.flatten();
  for (const auto& [path, value] : flat.items()) {
    if (path.find("_verdict") != std::string::npos || kNotRead.contains(path)) continue;
    fields.emplace_back(path);
  }
  return fields;
}

TEST(ParseHgrmMetadata, RefusesWhereAFieldIsMissing) {
  const Json whole = metadata();
  for (const Json::json_pointer& field : fields_read(whole)) {
    Json json = whole;
    Json& parent = json.at(field.parent_pointer());
    const std::string name = field.to_string();
    if (parent.is_array() || kSinceVersion2.contains(name) || kSinceGroups.contains(name) ||
        kSinceAnatomy.contains(name) || name == "/instance" || kNotAdvised.contains(name)) {
      continue;
    }
    parent.erase(field.back());
    EXPECT_EQ(refusal(json.dump()), "its walbench metadata lacks '" + field.back() + "'");
  }
}

TEST(ParseHgrmMetadata, RefusesWhereAFieldHasAnotherType) {
  const Json whole = metadata();
  ASSERT_GT(fields_read(whole).size(), 50U);
  for (const Json::json_pointer& field : fields_read(whole)) {
    const bool is_text = whole.at(field).is_string();
    for (const Json& other :
         {Json(nullptr), Json::array(), Json::object(), is_text ? Json(1) : Json("1")}) {
      Json json = whole;
      json.at(field) = other;
      EXPECT_NE(refusal(json.dump()), "accepted") << field << " = " << other;
    }
  }
  for (const char* const name : {"axes", "settings", "lifecycles_per_thread", "gates", "groups",
                                 "ceiling", "write_lock", "timeout_advice"}) {
    Json json = whole;
    json[name] = "text";
    EXPECT_NE(refusal(json.dump()), "accepted") << name;
  }
  for (const char* const name : {"gates", "timeout_advice"}) {
    Json json = whole;
    json[name] = {7};
    EXPECT_NE(refusal(json.dump()), "accepted") << name;
  }
}

TEST(ParseHgrmMetadata, RefusesAbsurdNumbers) {
  const Json whole = metadata();
  for (const Json::json_pointer& field : fields_read(whole)) {
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
  for (const Json::json_pointer& field : fields_read(whole)) {
    // A negative cache_size is SQLite's way of writing KiB.
    if (!whole.at(field).is_number() || field.back() == "cache_size") continue;
    Json json = whole;
    json.at(field) = -1;
    EXPECT_NE(refusal(json.dump()), "accepted") << field;
  }
}

// Its throughput by threads has no fit, and its growth no exponent, that are numbers.
TEST(ParseHgrmMetadata, RefusesAConfigurationOfNoThreads) {
  Json json = metadata();
  json["concurrency"] = 0;
  EXPECT_NE(refusal(json.dump()), "accepted");
}

TEST(ParseHgrmMetadata, RefusesSharesOutsideZeroToOneAndPoolsOfNothing) {
  Json json = metadata();
  for (const double share : {-0.01, 1.01, 2.0}) {
    json["api_fail_rate"] = share;
    EXPECT_EQ(refusal(json.dump()), "its walbench metadata has 'api_fail_rate' outside 0 to 1");
  }
  json = metadata();
  json["repeats_pooled"] = 0;
  EXPECT_EQ(refusal(json.dump()), "its walbench metadata has 'repeats_pooled' of none");
  json = metadata();
  json["timeout_advice"][1]["chance"] = 1.5;
  EXPECT_EQ(refusal(json.dump()), "its walbench metadata has 'chance' outside 0 to 1");
  json = metadata();
  json["groups"]["count"] = 0;
  EXPECT_EQ(refusal(json.dump()), "its walbench metadata has 'count' of none");
  json = metadata();
  json["ceiling"]["group_size"] = 0;
  EXPECT_EQ(refusal(json.dump()), "its walbench metadata has 'group_size' of none");
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

// What version 1 wrote: three writes and commits a file, two API calls, none of which failed.
TEST(ParseHgrmMetadata, Version1IsReadWithWhatItMeant) {
  Json json = without(before_anatomy(), kSinceVersion2);
  json = without(without(json, kSinceGroups), kOfSome);
  json["schema_version"] = 1;
  json["commits_per_file"] = 3;
  const ConfigurationResult read = parse_hgrm_metadata(json.dump()).configuration;
  EXPECT_EQ(read.repeats, 1);
  EXPECT_EQ(read.writes, 3 * 818);
  EXPECT_EQ(read.commits, 3 * 818);
  EXPECT_EQ(read.api_calls, 2 * 818);
  EXPECT_EQ(read.api_failures, 0);
  EXPECT_EQ(read.busy_longest_us, 0);
  EXPECT_EQ(read.unsaved_peak, 0);
  EXPECT_EQ(read.planned.api_delay, "");
  EXPECT_EQ(read.planned.api_delay_ns, 11);
  EXPECT_EQ(read.planned.api_fail_rate, 0);
  EXPECT_DOUBLE_EQ(read.transitions_per_second(), 3272 / 2.000000001);
  EXPECT_DOUBLE_EQ(read.commits_per_second(), 2454 / 2.000000001);
}

// SQLite was the only one to checkpoint then, when its own pragma said so.
TEST(ParseHgrmMetadata, FilesFromBeforeGroupsAreReadWithWhatTheyMeant) {
  const Json json = without(without(before_anatomy(), kSinceGroups), kOfSome);
  const ConfigurationResult read = parse_hgrm_metadata(json.dump()).configuration;
  EXPECT_EQ(read.planned.checkpoint, "auto");
  EXPECT_EQ(read.planned.checkpoint_every_frames, 14) << "wal_autocheckpoint_frames, as read back";
  EXPECT_EQ(read.planned.wal_cap_frames, 0);
  EXPECT_EQ(read.wal.checkpoints, 47);
  EXPECT_EQ(read.wal.checkpoint_ns, 0);
  EXPECT_EQ(read.wal.checkpoint_longest_ns, 0);
  EXPECT_EQ(read.wal.checkpoints_capped, 0);
  EXPECT_EQ(read.groups, GroupsCommitted());
  EXPECT_FALSE(read.ceiling.has_value());
  EXPECT_EQ(read.writes, 71) << "version 2 it is";
}

// A wait that nobody counted is not told as one of no time: see where `waits` is 0 in the tables.
TEST(ParseHgrmMetadata, FilesFromBeforeTheLockWasFollowedSayNothingOfIt) {
  const ConfigurationResult read = parse_hgrm_metadata(before_anatomy().dump()).configuration;
  EXPECT_EQ(read.lock_wait_longest_ns, 0);
  EXPECT_EQ(read.row_bytes_changed, 0);
  EXPECT_EQ(read.write_lock, WriteLockWaits());
  EXPECT_TRUE(read.timeout_advice.empty());
  EXPECT_EQ(read.wal.wal_writes, 0);
  EXPECT_EQ(read.wal.db_writes, 0);
  EXPECT_EQ(read.wal.wal_syncs, 48);
  EXPECT_EQ(read.groups.groups, 52) << "they are not as old as that";
}

TEST(ParseHgrmMetadata, WithoutATimelineTheWaitsAreCountedAlone) {
  RunResult run = full_run();
  WriteLockWaits& lock = run.configurations.front().write_lock;
  lock = {.waits = 1, .sleeps = 2, .sleeps_most = 3, .slept_ns = 4, .stale = 5};
  const std::string text = hgrm_metadata(run, run.configurations.front(), Segment::commit);
  EXPECT_EQ(Json::parse(text)["write_lock"].size(), 6U) << "no zeros that nobody measured";
  EXPECT_EQ(parse_hgrm_metadata(text).configuration.write_lock, lock);
  Json json = Json::parse(text);
  json["write_lock"]["has_timeline"] = true;
  EXPECT_EQ(refusal(json.dump()), "its walbench metadata lacks 'held_ns'");
}

TEST(ParseHgrmMetadata, TimesOfCheckpointsAndWaitsAreExactToTheNanosecond) {
  RunResult run = full_run();
  ConfigurationResult& configuration = run.configurations.front();
  WalFigures& wal = configuration.wal;
  for (const std::int64_t ns : {0L, 1L, 999'999'999L, 8'582'747'781'260L}) {
    wal.checkpoint_ns = 3 * ns;
    wal.checkpoint_longest_ns = ns;
    configuration.lock_wait_longest_ns = 2 * ns;
    const std::string text = hgrm_metadata(run, configuration, Segment::commit);
    const ConfigurationResult read = parse_hgrm_metadata(text).configuration;
    EXPECT_EQ(read.wal, wal) << ns;
    EXPECT_EQ(read.lock_wait_longest_ns, 2 * ns);
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
