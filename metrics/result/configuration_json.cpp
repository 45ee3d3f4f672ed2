#include "metrics/result/configuration_json.hpp"

#include <string>
#include <utility>

namespace walbench::metrics {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kNsPerMs = 1e6;
constexpr double kNsPerSecond = 1e9;

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
  json["checkpoint_seconds"] = seconds_of(wal.checkpoint_ns);
  json["checkpoint_longest_ms"] = static_cast<double>(wal.checkpoint_longest_ns) / kNsPerMs;
  json["checkpoints_capped"] = wal.checkpoints_capped;
  json["wal_syncs"] = wal.wal_syncs;
  json["db_syncs"] = wal.db_syncs;
  json["db_bytes_written"] = wal.db_bytes_written;
  json["wal_writes"] = wal.wal_writes;
  json["db_pages_written"] = wal.db_writes;
}

Json write_lock_json(const WriteLockWaits& lock) {
  Json json = {
      {"waits", lock.waits},       {"sleeps", lock.sleeps}, {"sleeps_most", lock.sleeps_most},
      {"slept_ns", lock.slept_ns}, {"stale", lock.stale},   {"has_timeline", lock.has_timeline}};
  if (!lock.has_timeline) return json;
  json["held_ns"] = lock.held_ns;
  json["free_ns"] = lock.free_ns;
  json["missed_ns"] = lock.missed_ns;
  json["overtaken_p50"] = lock.overtaken_p50;
  json["overtaken_p99"] = lock.overtaken_p99;
  json["overtaken_max"] = lock.overtaken_max;
  json["acquisitions"] = lock.acquisitions;
  json["lock_held_ns"] = lock.lock_held_ns;
  json["lock_free_longest_ns"] = lock.lock_free_longest_ns;
  return json;
}

Json timeouts_json(const std::vector<TimeoutAdvice>& all) {
  Json json = Json::array();
  for (const TimeoutAdvice& advice : all) {
    Json each = {{"chance", advice.chance},
                 {"transactions", advice.transactions},
                 {"transactions_needed", advice.transactions_needed}};
    if (advice.timeout_ms) each["timeout_ms"] = *advice.timeout_ms;
    json.push_back(std::move(each));
  }
  return json;
}

void add_anatomy(Json& json, const ConfigurationResult& configuration) {
  json["lock_wait_longest_ms"] = static_cast<double>(configuration.lock_wait_longest_ns) / kNsPerMs;
  json["row_bytes_changed"] = configuration.row_bytes_changed;
  json["write_lock"] = write_lock_json(configuration.write_lock);
  json["timeout_advice"] = timeouts_json(configuration.timeout_advice);
}

void add_groups(Json& json, const GroupsCommitted& groups) {
  if (groups.groups == 0) return;
  json["groups"] = {{"count", groups.groups},
                    {"writes", groups.writes},
                    {"size_mean", groups.size_mean()},
                    {"size_p50", groups.size_p50},
                    {"size_max", groups.size_max}};
}

Json verdicts_json(const ConfigurationResult& configuration) {
  Json verdicts = Json::array();
  for (const LimitVerdict& verdict : configuration.verdicts) {
    verdicts.push_back(
        {{"gate", verdict.limit}, {"passed", verdict.passed}, {"evidence", verdict.evidence}});
  }
  return verdicts;
}

}  // namespace

double seconds_of(std::int64_t ns) {
  return static_cast<double>(ns) / kNsPerSecond;
}

Json axes_json(const ConfigurationPlanned& planned) {
  return {{"connection", planned.connection},
          {"commit", planned.commit},
          {"begin", planned.begin},
          {"guard", planned.guard},
          {"queue", planned.queue}};
}

Json ceiling_json(const CeilingPoint& point) {
  return {{"group_size", point.group_size},
          {"checkpoint", point.checkpoint},
          {"writes_per_second", point.writes_per_second}};
}

Json configuration_json(const ConfigurationResult& configuration) {
  const ConfigurationPlanned& planned = configuration.planned;
  const ConcurrencyReached& concurrency = configuration.concurrency;
  Json json = {{"concurrency", planned.threads},
               {"profile", planned.profile},
               {"strategy", planned.strategy},
               {"axes", axes_json(planned)},
               {"schema", planned.schema},
               {"file_count", planned.files},
               {"transitions_per_file", planned.transitions_per_file},
               {"api_delay", planned.api_delay},
               {"api_delay_ns", planned.api_delay_ns},
               {"api_fail_rate", planned.api_fail_rate},
               {"warmup_files", planned.warmup_files},
               {"checkpoint", planned.checkpoint},
               {"checkpoint_every_frames", planned.checkpoint_every_frames},
               {"wal_cap_frames", planned.wal_cap_frames},
               {"settings", settings_json(configuration)},
               {"repeats_pooled", configuration.repeats},
               {"elapsed_seconds", configuration.elapsed_seconds()},
               {"transitions_per_second", configuration.transitions_per_second()},
               {"commits_per_second", configuration.commits_per_second()},
               {"writes", configuration.writes},
               {"commits", configuration.commits},
               {"indexed_count", configuration.indexed_count},
               {"verified", configuration.verified},
               {"samples_produced", configuration.samples_produced},
               {"samples_recorded", configuration.samples_recorded},
               {"samples_out_of_range", configuration.samples_out_of_range},
               {"os_threads", concurrency.os_threads},
               {"in_flight", planned.threads},
               {"in_flight_peak", concurrency.in_flight_peak},
               {"in_flight_mean", concurrency.in_flight_mean},
               {"lifecycles_per_thread", concurrency.lifecycles_per_thread},
               {"lifecycles_stolen", concurrency.lifecycles_stolen},
               {"api_calls", configuration.api_calls},
               {"api_failures", configuration.api_failures},
               {"occ_conflicts", configuration.occ_conflicts},
               {"busy_retries", configuration.busy_retries},
               {"busy_longest_us", configuration.busy_longest_us},
               {"snapshot_retries", configuration.snapshot_retries},
               {"unsaved_peak", configuration.unsaved_peak}};
  add_groups(json, configuration.groups);
  add_anatomy(json, configuration);
  add_wal(json, configuration);
  if (configuration.ceiling) {
    json["ceiling"] = ceiling_json(*configuration.ceiling);
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

}  // namespace walbench::metrics
