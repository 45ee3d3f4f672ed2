#include "metrics/result_json.hpp"

#include <cmath>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "metrics/analysis.hpp"
#include "metrics/format_error.hpp"

namespace walbench::metrics {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kNsPerMs = 1e6;
constexpr double kNsPerSecond = 1e9;
constexpr double kLongestSeconds = 9e9;  ///< as nanoseconds still a std::int64_t
constexpr double kLargestCount = 1e15;   ///< exact in a double, and beyond what anybody measures

std::string dump(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

Json settings_json(const ConfigurationResult& configuration) {
  const SettingsReadBack& settings = configuration.settings;
  return {{"journal_mode", settings.journal_mode},
          {"synchronous", settings.synchronous},
          {"busy_timeout_ms", settings.busy_timeout_ms},
          {"wal_autocheckpoint_frames", settings.wal_autocheckpoint_frames},
          {"page_size_bytes", settings.page_size_bytes},
          {"cache_size", settings.cache_size},
          {"locking_mode", settings.locking_mode}};
}

void add_wal(Json& json, const ConfigurationResult& configuration) {
  const WalFigures& wal = configuration.wal;
  json["wal_size_start_bytes"] = wal.size_start_bytes;
  json["wal_size_end_bytes"] = wal.size_end_bytes;
  json["wal_delta_bytes"] = wal.growth_bytes;
  json["wal_peak_bytes"] = wal.peak_bytes;
  json["wal_bytes_written"] = wal.bytes_written;
  json["wal_frames"] = wal.frames;
  json["checkpoints"] = wal.checkpoints;
  json["wal_syncs"] = wal.wal_syncs;
  json["db_syncs"] = wal.db_syncs;
  json["db_bytes_written"] = wal.db_bytes_written;
}

Json verdicts_json(const ConfigurationResult& configuration) {
  Json verdicts = Json::array();
  for (const GateVerdict& verdict : configuration.verdicts) {
    verdicts.push_back(
        {{"gate", verdict.gate}, {"passed", verdict.passed}, {"evidence", verdict.evidence}});
  }
  return verdicts;
}

/// Everything about a configuration but its segments.
Json configuration_json(const ConfigurationResult& configuration) {
  const ConfigurationPlanned& planned = configuration.planned;
  const ConcurrencyReached& concurrency = configuration.concurrency;
  Json json = {{"concurrency", planned.threads},
               {"profile", planned.profile},
               {"strategy", planned.strategy},
               {"axes",
                {{"connection", planned.connection},
                 {"commit", planned.commit},
                 {"begin", planned.begin},
                 {"guard", planned.guard},
                 {"gate", planned.gate}}},
               {"schema", planned.schema},
               {"file_count", planned.files},
               {"transitions_per_file", planned.transitions_per_file},
               {"commits_per_file", planned.commits_per_file},
               {"api_delay_ns", planned.api_delay_ns},
               {"warmup_files", planned.warmup_files},
               {"settings", settings_json(configuration)},
               {"elapsed_seconds", configuration.elapsed_seconds()},
               {"transitions_per_second", configuration.transitions_per_second()},
               {"commits_per_second", configuration.commits_per_second()},
               {"indexed_count", configuration.indexed_count},
               {"verified", configuration.verified},
               {"samples_produced", configuration.samples_produced},
               {"samples_recorded", configuration.samples_recorded},
               {"samples_out_of_range", configuration.samples_out_of_range},
               {"os_threads", concurrency.os_threads},
               {"in_flight_peak", concurrency.in_flight_peak},
               {"in_flight_mean", concurrency.in_flight_mean},
               {"lifecycles_per_thread", concurrency.lifecycles_per_thread},
               {"lifecycles_stolen", concurrency.lifecycles_stolen},
               {"occ_conflicts", configuration.occ_conflicts},
               {"busy_retries", configuration.busy_retries},
               {"snapshot_retries", configuration.snapshot_retries}};
  add_wal(json, configuration);
  if (const auto contention = judge_wal_contention(configuration)) {
    json["wal_contention_verdict"] = contention->evidence;
  }
  for (const GateVerdict& verdict : configuration.verdicts) {
    if (!verdict.gate.starts_with("threshold_")) continue;
    json[verdict.gate + "_verdict"] = (verdict.passed ? "PASS: " : "FAIL: ") + verdict.evidence;
  }
  json["gates"] = verdicts_json(configuration);
  return json;
}

Json segments_json(const ConfigurationResult& configuration) {
  Json segments = Json::object();
  for (const auto& [segment, histogram] : configuration.segments) {
    const auto ms = [](std::int64_t ns) { return static_cast<double>(ns) / kNsPerMs; };
    segments[std::string(segment_name(segment)) + "_ms"] = {
        {"p50", ms(histogram.value_at_percentile(50))},
        {"p95", ms(histogram.value_at_percentile(95))},
        {"p99", ms(histogram.value_at_percentile(99))},
        {"p999", ms(histogram.value_at_percentile(99.9))},
        {"mean", histogram.mean() / kNsPerMs},
        {"min", ms(histogram.min())},
        {"max", ms(histogram.max())},
        {"count", histogram.total_count()}};
  }
  return segments;
}

Json environment_json(const Environment& environment) {
  return {{"digest", environment_digest(environment)},
          {"walbench_version", environment.walbench_version},
          {"build_type", environment.build_type},
          {"sanitizers", environment.sanitizers},
          {"compiler", environment.compiler},
          {"kernel", environment.kernel},
          {"cpu_model", environment.cpu_model},
          {"cpu_count", environment.cpu_count},
          {"cpu_governor", environment.cpu_governor},
          {"load_average_1min", environment.load_average_1min},
          {"file_system", environment.file_system},
          {"sqlite_version", environment.sqlite_version},
          {"sqlite_source_id", environment.sqlite_source_id},
          {"clock_resolution_ns", environment.clock_resolution_ns},
          {"clock_read_ns", environment.clock_read_ns},
          {"record_enqueue_ns", environment.record_enqueue_ns},
          {"sample_record_ns", environment.sample_record_ns}};
}

[[noreturn]] void refuse(const std::string& why) {
  throw FormatError("its walbench metadata " + why);
}

const Json& field(const Json& json, const char* name) {
  const auto found = json.is_object() ? json.find(name) : json.end();
  if (found == json.end()) refuse(std::string("lacks '") + name + "'");
  return *found;
}

std::string text_in(const Json& json, const char* name) {
  const Json& value = field(json, name);
  if (!value.is_string()) refuse(std::string("has '") + name + "' that is no text");
  return value.get<std::string>();
}

double number_in(const Json& json, const char* name) {
  const Json& value = field(json, name);
  if (!value.is_number()) refuse(std::string("has '") + name + "' that is no number");
  const auto number = value.get<double>();
  if (!(std::abs(number) <= kLargestCount)) refuse(std::string("has an absurd '") + name + "'");
  return number;
}

std::int64_t integer_in(const Json& json, const char* name) {
  if (!field(json, name).is_number_integer()) {
    refuse(std::string("has '") + name + "' that is no whole number");
  }
  return static_cast<std::int64_t>(number_in(json, name));
}

std::int64_t count_in(const Json& json, const char* name) {
  const std::int64_t count = integer_in(json, name);
  if (count < 0) refuse(std::string("has '") + name + "' below zero");
  return count;
}

bool flag_in(const Json& json, const char* name) {
  const Json& value = field(json, name);
  if (!value.is_boolean()) refuse(std::string("has '") + name + "' that is neither true nor false");
  return value.get<bool>();
}

const Json& list_in(const Json& json, const char* name) {
  const Json& value = field(json, name);
  if (!value.is_array()) refuse(std::string("has '") + name + "' that is no list");
  return value;
}

ConfigurationPlanned planned_from(const Json& json) {
  const Json& axes = field(json, "axes");
  return {.threads = count_in(json, "concurrency"),
          .profile = text_in(json, "profile"),
          .strategy = text_in(json, "strategy"),
          .connection = text_in(axes, "connection"),
          .commit = text_in(axes, "commit"),
          .begin = text_in(axes, "begin"),
          .guard = text_in(axes, "guard"),
          .gate = text_in(axes, "gate"),
          .schema = text_in(json, "schema"),
          .files = count_in(json, "file_count"),
          .transitions_per_file = count_in(json, "transitions_per_file"),
          .commits_per_file = count_in(json, "commits_per_file"),
          .api_delay_ns = count_in(json, "api_delay_ns"),
          .warmup_files = count_in(json, "warmup_files")};
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

double non_negative_in(const Json& json, const char* name, double most) {
  const double number = number_in(json, name);
  if (number < 0 || number > most) refuse(std::string("has an absurd '") + name + "'");
  return number;
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

WalFigures wal_from(const Json& json) {
  return {.size_start_bytes = count_in(json, "wal_size_start_bytes"),
          .size_end_bytes = count_in(json, "wal_size_end_bytes"),
          .growth_bytes = count_in(json, "wal_delta_bytes"),
          .peak_bytes = count_in(json, "wal_peak_bytes"),
          .bytes_written = count_in(json, "wal_bytes_written"),
          .frames = count_in(json, "wal_frames"),
          .checkpoints = count_in(json, "checkpoints"),
          .wal_syncs = count_in(json, "wal_syncs"),
          .db_syncs = count_in(json, "db_syncs"),
          .db_bytes_written = count_in(json, "db_bytes_written")};
}

std::vector<GateVerdict> verdicts_from(const Json& json) {
  std::vector<GateVerdict> verdicts;
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
  configuration.occ_conflicts = count_in(json, "occ_conflicts");
  configuration.busy_retries = count_in(json, "busy_retries");
  configuration.snapshot_retries = count_in(json, "snapshot_retries");
  configuration.concurrency = concurrency_from(json);
  configuration.wal = wal_from(json);
  configuration.verdicts = verdicts_from(json);
  return configuration;
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

std::string run_to_json(const RunResult& run) {
  const ConfigurationPlanned first =
      run.configurations.empty() ? ConfigurationPlanned{} : run.configurations.front().planned;
  Json json = {{"schema_version", kSchemaVersion},
               {"run_id", run.run_id},
               {"timestamp", run.timestamp},
               {"seed", run.seed},
               {"file_count", first.files},
               {"transitions_per_file", first.transitions_per_file},
               {"total_transitions", first.files * first.transitions_per_file},
               {"environment", environment_json(run.environment)},
               {"resident_peak_bytes", run.resident_peak_bytes},
               {"sqlite_memory_peak_bytes", run.sqlite_memory_peak_bytes},
               {"configurations", Json::array()}};
  for (const ConfigurationResult& configuration : run.configurations) {
    Json each = configuration_json(configuration);
    each["segments"] = segments_json(configuration);
    json["configurations"].push_back(std::move(each));
  }
  if (const auto bottleneck = find_bottleneck(run.configurations)) {
    json["bottleneck"] = {{"segment", bottleneck->segment},
                          {"root_cause", bottleneck->root_cause},
                          {"evidence", bottleneck->evidence}};
  }
  return dump(json, 1) + "\n";
}

std::string hgrm_metadata(const RunResult& run, const ConfigurationResult& configuration,
                          Segment segment) {
  Json json = {{"schema_version", kSchemaVersion},
               {"run_id", run.run_id},
               {"timestamp", run.timestamp},
               {"environment_digest", environment_digest(run.environment)},
               {"segment", segment_name(segment)},
               {"unit", "ns"}};
  json.update(configuration_json(configuration));
  return dump(json, -1);
}

HgrmMetadata parse_hgrm_metadata(std::string_view text) {
  const Json json = parse_object(text);
  return {.run_id = text_in(json, "run_id"),
          .timestamp = text_in(json, "timestamp"),
          .environment_digest = text_in(json, "environment_digest"),
          .segment = text_in(json, "segment"),
          .configuration = configuration_from(json)};
}

std::string values_metadata(std::string_view source) {
  return dump(
      {{"schema_version", kSchemaVersion}, {"kind", "values"}, {"source", source}, {"unit", "ns"}},
      -1);
}

bool is_values_metadata(std::string_view text) {
  const Json json = parse_object(text);
  return json.contains("kind") && json["kind"] == "values";
}

}  // namespace walbench::metrics
