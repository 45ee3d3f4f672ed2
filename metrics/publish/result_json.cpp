#include "metrics/publish/result_json.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "metrics/publish/findings_json.hpp"
#include "metrics/result/configuration_json.hpp"
#include "metrics/result/environment_json.hpp"

namespace walbench::metrics {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

/// What a mitigation's .hgrm file says of itself: words, side, and its segment in each repeat.
Json role_json(const MitigationInfo& info, const RepeatedResult& side, bool is_baseline,
               Segment segment) {
  Json repeats = Json::array();
  for (const RepeatFigures& repeat : side.repeats) {
    Json each = {{"elapsed_ns", repeat.elapsed_ns}};
    for (const SegmentFigures& figures : repeat.segments) {
      if (figures.segment == segment) each.update(figures_json(figures));
    }
    repeats.push_back(std::move(each));
  }
  return {{"name", info.name},
          {"description", info.description},
          {"cost", info.cost},
          {"risk", info.risk},
          {"effort", info.effort},
          {"recommendable", info.recommendable},
          {"side", is_baseline ? "baseline" : "mitigation"},
          {"repeats", std::move(repeats)}};
}

Json metadata_json(const RunResult& run, const ConfigurationResult& configuration,
                   Segment segment) {
  Json json = {{"schema_version", kSchemaVersion},
               {"run_id", run.run_id},
               {"instance", run.instance},
               {"timestamp", run.timestamp},
               {"environment_digest", environment_digest(run.environment)},
               {"environment", environment_json(run.environment)},
               {"segment", segment_name(segment)},
               {"unit", "ns"}};
  json.update(configuration_json(configuration));
  return json;
}

Json failures_json(const std::vector<RunFailure>& failures) {
  Json all = Json::array();
  for (const RunFailure& each : failures) {
    all.push_back({{"key", each.key}, {"phase", each.phase}, {"sentence", each.sentence}});
  }
  return all;
}

}  // namespace

std::string run_to_json(const RunResult& run, const Findings& findings) {
  const ConfigurationPlanned first =
      run.configurations.empty() ? ConfigurationPlanned{} : run.configurations.front().planned;
  Json json = {{"schema_version", kSchemaVersion},
               {"run_id", run.run_id},
               {"instance", run.instance},
               {"timestamp", run.timestamp},
               {"complete", run.complete},
               {"planned", run.planned},
               {"failures", failures_json(run.failures)},
               {"seed", run.seed},
               {"file_count", first.files},
               {"transitions_per_file", first.transitions_per_file},
               {"total_transitions", first.files * first.transitions_per_file},
               {"environment", environment_json(run.environment)},
               {"resident_peak_bytes", run.resident_peak_bytes},
               {"sqlite_memory_peak_bytes", run.sqlite_memory_peak_bytes},
               {"configurations", Json::array()}};
  for (const CeilingPoint& point : run.ceiling) {
    json["ceiling"].push_back(ceiling_json(point));
  }
  for (std::size_t index = 0; index < run.configurations.size(); ++index) {
    json["configurations"].push_back(
        configuration_json(run.configurations[index], findings.configurations.at(index)));
  }
  add_conclusions(json, findings);
  return dump(json, 1) + "\n";
}

std::string mitigation_to_json(const RunResult& run, const MitigationResult& mitigation,
                               const MitigationFindings& findings) {
  const Json json = {
      {"schema_version", kSchemaVersion},
      {"run_id", run.run_id},
      {"instance", run.instance},
      {"timestamp", run.timestamp},
      {"seed", run.seed},
      {"mitigation", mitigation.info.name},
      {"description", mitigation.info.description},
      {"cost", mitigation.info.cost},
      {"risk", mitigation.info.risk},
      {"environment", environment_json(run.environment)},
      {"baseline", configuration_json(mitigation.baseline.pooled, findings.baseline)},
      {"mitigation_run", configuration_json(mitigation.mitigation.pooled, findings.mitigation)},
      {"interval_method", kIntervalMethod},
      {"comparison", comparison_json(findings.changes)},
      {"baseline_repeats", repeats_json(mitigation.baseline)},
      {"mitigation_repeats", repeats_json(mitigation.mitigation)}};
  return dump(json, 1) + "\n";
}

std::string hgrm_metadata(const RunResult& run, const ConfigurationResult& configuration,
                          Segment segment) {
  return dump(metadata_json(run, configuration, segment), -1);
}

std::string hgrm_metadata(const RunResult& run, const MitigationResult& mitigation,
                          bool of_baseline, Segment segment) {
  const RepeatedResult& side = of_baseline ? mitigation.baseline : mitigation.mitigation;
  Json json = metadata_json(run, side.pooled, segment);
  json["mitigation"] = role_json(mitigation.info, side, of_baseline, segment);
  return dump(json, -1);
}

std::string values_metadata(std::string_view source) {
  return dump(
      {{"schema_version", kSchemaVersion}, {"kind", "values"}, {"source", source}, {"unit", "ns"}},
      -1);
}

}  // namespace walbench::metrics
