#include "metrics/publish/result_json.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "metrics/publish/findings_json.hpp"
#include "metrics/result/figures.hpp"
#include "metrics/result/figures_json.hpp"

namespace walbench::metrics {
namespace {

using Json = nlohmann::ordered_json;

Json environment_json(const Environment& environment) {
  Json json;
  write_figures(environment_figures(), environment, json);
  return json;
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
               {"configurations", Json::array()}};
  if (run.sqlite_memory_peak_bytes) {
    json["sqlite_memory_peak_bytes"] = *run.sqlite_memory_peak_bytes;
  }
  for (const CeilingPoint& point : run.ceiling) {
    json["ceiling"].push_back({{"group_size", point.group_size},
                               {"checkpoint", point.checkpoint},
                               {"writes_per_second", point.writes_per_second},
                               {"least_per_second", point.least_per_second},
                               {"most_per_second", point.most_per_second}});
  }
  for (std::size_t index = 0; index < run.configurations.size(); ++index) {
    json["configurations"].push_back(
        configuration_json(run.configurations[index], findings.configurations.at(index)));
  }
  add_conclusions(json, findings);
  return json_text(json, 1) + "\n";
}

std::string mitigation_to_json(const RunResult& run, const MitigationResult& mitigation,
                               const MitigationFindings& findings) {
  Json json = {{"schema_version", kSchemaVersion},
               {"run_id", run.run_id},
               {"instance", run.instance},
               {"timestamp", run.timestamp},
               {"seed", run.seed},
               {"environment", environment_json(run.environment)}};
  json.update(mitigation_json(mitigation, findings, configuration_json));
  return json_text(json, 1) + "\n";
}

}  // namespace walbench::metrics
