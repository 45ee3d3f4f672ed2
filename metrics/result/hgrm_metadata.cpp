#include "metrics/result/hgrm_metadata.hpp"

#include <cmath>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "metrics/format_error.hpp"
#include "metrics/result/environment_json.hpp"
#include "metrics/result/json_fields.hpp"
#include "metrics/result/run_result.hpp"

namespace walbench::metrics {
namespace {

using Json = nlohmann::ordered_json;
using namespace json_fields;

constexpr double kNsPerSecond = 1e9;
constexpr double kNsPerMs = 1e6;
constexpr double kLongestSeconds = 9e9;  ///< as nanoseconds still a std::int64_t

ConfigurationPlanned planned_from(const Json& json) {
  const Json& axes = field(json, "axes");
  return {.threads = positive_in(json, "concurrency"),
          .profile = text_in(json, "profile"),
          .strategy = text_in(json, "strategy"),
          .connection = text_in(axes, "connection"),
          .commit = text_in(axes, "commit"),
          .begin = text_in(axes, "begin"),
          .guard = text_in(axes, "guard"),
          .queue = text_in(axes, "queue"),
          .schema = text_in(json, "schema"),
          .files = positive_in(json, "file_count"),
          .transitions_per_file = count_in(json, "transitions_per_file"),
          .api_delay = has(json, "api_delay") ? text_in(json, "api_delay") : std::string(),
          .api_delay_ns = count_in(json, "api_delay_ns"),
          .api_fail_rate = has(json, "api_fail_rate") ? share_in(json, "api_fail_rate") : 0,
          .warmup_files = count_in(json, "warmup_files"),
          .checkpoint = has(json, "checkpoint") ? text_in(json, "checkpoint") : "auto",
          .checkpoint_every_frames =
              has(json, "checkpoint_every_frames")
                  ? count_in(json, "checkpoint_every_frames")
                  : count_in(field(json, "settings"), "wal_autocheckpoint_frames"),
          .wal_cap_frames = count_or(json, "wal_cap_frames", 0)};
}

SettingsReadBack settings_from(const Json& json) {
  return {.journal_mode = text_in(json, "journal_mode"),
          .synchronous = text_in(json, "synchronous"),
          .busy_timeout_ms = count_in(json, "busy_timeout_ms"),
          .wal_autocheckpoint_frames = count_in(json, "wal_autocheckpoint_frames"),
          .page_size_bytes = count_in(json, "page_size_bytes"),
          .cache_size = integer_in(json, "cache_size"),
          .locking_mode = text_in(json, "locking_mode")};
}

ConcurrencyReached concurrency_from(const Json& json) {
  ConcurrencyReached reached{
      .os_threads = count_in(json, "os_threads"),
      .in_flight_peak = count_in(json, "in_flight_peak"),
      .in_flight_mean = non_negative_in(json, "in_flight_mean", kLargestCount),
      .lifecycles_per_thread = {},
      .lifecycles_stolen = count_in(json, "lifecycles_stolen")};
  for (const Json& count : list_in(json, "lifecycles_per_thread")) {
    const double number = count.is_number() ? count.get<double>() : -1;
    if (number < 0 || number > kLargestCount) {
      refuse("has 'lifecycles_per_thread' with something that is no count");
    }
    reached.lifecycles_per_thread.push_back(static_cast<std::int64_t>(number));
  }
  return reached;
}

/// A duration in nanoseconds; 0 where the field is missing, as in older files.
std::int64_t duration_or_none(const Json& json, const char* name, double unit_ns) {
  if (!has(json, name)) return 0;
  return std::llround(non_negative_in(json, name, kLongestSeconds) * unit_ns);
}

GroupsCommitted groups_from(const Json& json) {
  if (!has(json, "groups")) return {};
  const Json& groups = json["groups"];
  return {.groups = positive_in(groups, "count"),
          .writes = count_in(groups, "writes"),
          .size_p50 = count_in(groups, "size_p50"),
          .size_max = count_in(groups, "size_max")};
}

WriteLockWaits write_lock_from(const Json& json) {
  if (!has(json, "write_lock")) return {};
  const Json& lock = json["write_lock"];
  WriteLockWaits waits;
  waits.waits = count_in(lock, "waits");
  waits.sleeps = count_in(lock, "sleeps");
  waits.sleeps_most = count_in(lock, "sleeps_most");
  waits.slept_ns = count_in(lock, "slept_ns");
  waits.stale = count_in(lock, "stale");
  waits.has_timeline = flag_in(lock, "has_timeline");
  if (!waits.has_timeline) return waits;
  waits.held_ns = count_in(lock, "held_ns");
  waits.free_ns = count_in(lock, "free_ns");
  waits.missed_ns = count_in(lock, "missed_ns");
  waits.overtaken_p50 = count_in(lock, "overtaken_p50");
  waits.overtaken_p99 = count_in(lock, "overtaken_p99");
  waits.overtaken_max = count_in(lock, "overtaken_max");
  waits.acquisitions = count_in(lock, "acquisitions");
  waits.lock_held_ns = count_in(lock, "lock_held_ns");
  waits.lock_free_longest_ns = count_in(lock, "lock_free_longest_ns");
  return waits;
}

std::vector<TimeoutAdvice> timeouts_from(const Json& json) {
  std::vector<TimeoutAdvice> all;
  if (!has(json, "timeout_advice")) return all;
  for (const Json& each : list_in(json, "timeout_advice")) {
    TimeoutAdvice advice{share_in(each, "chance"), count_in(each, "transactions"),
                         count_in(each, "transactions_needed"), std::nullopt};
    if (has(each, "timeout_ms")) advice.timeout_ms = count_in(each, "timeout_ms");
    all.push_back(advice);
  }
  return all;
}

std::optional<CeilingPoint> ceiling_from(const Json& json) {
  if (!has(json, "ceiling")) return std::nullopt;
  const Json& ceiling = json["ceiling"];
  return CeilingPoint{
      .group_size = positive_in(ceiling, "group_size"),
      .checkpoint = text_in(ceiling, "checkpoint"),
      .writes_per_second = non_negative_in(ceiling, "writes_per_second", kLargestCount)};
}

WalFigures wal_from(const Json& json) {
  return {.size_start_bytes = count_in(json, "wal_size_start_bytes"),
          .size_end_bytes = count_in(json, "wal_size_end_bytes"),
          .growth_bytes = count_in(json, "wal_delta_bytes"),
          .peak_bytes = count_in(json, "wal_peak_bytes"),
          .bytes_written = count_in(json, "wal_bytes_written"),
          .frames = count_in(json, "wal_frames"),
          .checkpoints = count_in(json, "checkpoints"),
          .checkpoint_ns = duration_or_none(json, "checkpoint_seconds", kNsPerSecond),
          .checkpoint_longest_ns = duration_or_none(json, "checkpoint_longest_ms", kNsPerMs),
          .checkpoints_capped = count_or(json, "checkpoints_capped", 0),
          .wal_syncs = count_in(json, "wal_syncs"),
          .db_syncs = count_in(json, "db_syncs"),
          .db_bytes_written = count_in(json, "db_bytes_written"),
          .wal_writes = count_or(json, "wal_writes", 0),
          .db_writes = count_or(json, "db_pages_written", 0)};
}

std::vector<LimitVerdict> verdicts_from(const Json& json) {
  std::vector<LimitVerdict> verdicts;
  for (const Json& verdict : list_in(json, "gates")) {
    verdicts.push_back(
        {text_in(verdict, "gate"), flag_in(verdict, "passed"), text_in(verdict, "evidence")});
  }
  return verdicts;
}

ConfigurationResult configuration_from(const Json& json) {
  ConfigurationResult configuration;
  configuration.planned = planned_from(json);
  configuration.settings = settings_from(field(json, "settings"));
  configuration.elapsed_ns =
      std::llround(non_negative_in(json, "elapsed_seconds", kLongestSeconds) * kNsPerSecond);
  if (configuration.elapsed_ns == 0) refuse("has 'elapsed_seconds' of less than a nanosecond");
  configuration.indexed_count = count_in(json, "indexed_count");
  configuration.verified = flag_in(json, "verified");
  configuration.samples_produced = count_in(json, "samples_produced");
  configuration.samples_recorded = count_in(json, "samples_recorded");
  configuration.samples_out_of_range = count_in(json, "samples_out_of_range");
  configuration.repeats = has(json, "repeats_pooled") ? positive_in(json, "repeats_pooled") : 1;
  // Version 1 had no counts of writes and commits, since they were three a file.
  const std::int64_t three_a_file = 3 * configuration.planned.files;
  configuration.writes = count_or(json, "writes", three_a_file);
  configuration.commits = count_or(json, "commits", three_a_file);
  configuration.api_calls = count_or(json, "api_calls", 2 * configuration.planned.files);
  configuration.api_failures = count_or(json, "api_failures", 0);
  configuration.busy_longest_us = count_or(json, "busy_longest_us", 0);
  configuration.unsaved_peak = count_or(json, "unsaved_peak", 0);
  configuration.occ_conflicts = count_in(json, "occ_conflicts");
  configuration.busy_retries = count_in(json, "busy_retries");
  configuration.snapshot_retries = count_in(json, "snapshot_retries");
  configuration.concurrency = concurrency_from(json);
  configuration.lock_wait_longest_ns = duration_or_none(json, "lock_wait_longest_ms", kNsPerMs);
  configuration.row_bytes_changed = count_or(json, "row_bytes_changed", 0);
  configuration.groups = groups_from(json);
  configuration.write_lock = write_lock_from(json);
  configuration.timeout_advice = timeouts_from(json);
  configuration.wal = wal_from(json);
  configuration.ceiling = ceiling_from(json);
  configuration.verdicts = verdicts_from(json);
  return configuration;
}

std::int64_t elapsed_in(const Json& json, const char* name) {
  const std::int64_t elapsed_ns = count_in(json, name);
  if (elapsed_ns == 0) refuse(std::string("has '") + name + "' of no time at all");
  return elapsed_ns;
}

MitigationRole role_from(const Json& json, Segment segment) {
  MitigationRole role;
  role.info = {.name = text_in(json, "name"),
               .description = text_in(json, "description"),
               .cost = text_in(json, "cost"),
               .risk = text_in(json, "risk"),
               .effort = count_in(json, "effort"),
               .recommendable = flag_in(json, "recommendable")};
  const std::string side = text_in(json, "side");
  if (side != "baseline" && side != "mitigation") refuse("has a 'side' that is neither");
  role.is_baseline = side == "baseline";
  for (const Json& each : list_in(json, "repeats")) {
    RepeatFigures& repeat = role.repeats.emplace_back();
    repeat.elapsed_ns = elapsed_in(each, "elapsed_ns");
    if (!has(each, "p95_ns")) continue;
    repeat.segments.push_back(
        {segment, count_in(each, "p95_ns"), count_in(each, "p99_ns"), count_in(each, "max_ns")});
  }
  if (role.repeats.empty()) refuse("has no 'repeats'");
  return role;
}

Segment segment_in(const Json& json) {
  const std::optional<Segment> segment = segment_from_name(text_in(json, "segment"));
  if (!segment) refuse("names a segment that does not exist");
  return *segment;
}

Json parse_object(std::string_view text) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object()) refuse("is no JSON object");
  const std::int64_t version = count_in(json, "schema_version");
  if (version > kSchemaVersion) {
    refuse("is of schema version " + std::to_string(version) + ", and this program knows up to " +
           std::to_string(kSchemaVersion) + "; use the walbench that wrote the file");
  }
  return json;
}

}  // namespace

HgrmMetadata parse_hgrm_metadata(std::string_view text) {
  const Json json = parse_object(text);
  HgrmMetadata metadata{.run_id = text_in(json, "run_id"),
                        .instance = has(json, "instance") ? text_in(json, "instance") : "",
                        .timestamp = text_in(json, "timestamp"),
                        .environment_digest = text_in(json, "environment_digest"),
                        .environment = std::nullopt,
                        .segment = segment_in(json),
                        .configuration = configuration_from(json),
                        .role = std::nullopt};
  if (has(json, "environment")) metadata.environment = environment_from(json["environment"]);
  if (has(json, "mitigation")) metadata.role = role_from(json["mitigation"], metadata.segment);
  return metadata;
}

bool is_values_metadata(std::string_view text) {
  const Json json = parse_object(text);
  return json.contains("kind") && json["kind"] == "values";
}

}  // namespace walbench::metrics
