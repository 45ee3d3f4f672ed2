#include "metrics/result_json.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "metrics/analysis.hpp"
#include "metrics/configuration_json.hpp"
#include "metrics/gate_report.hpp"
#include "metrics/mitigation_analysis.hpp"
#include "metrics/scaling.hpp"

namespace walbench::metrics {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
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
          {"mount_options", environment.mount_options},
          {"rotates", environment.rotates},
          {"sqlite_version", environment.sqlite_version},
          {"sqlite_source_id", environment.sqlite_source_id},
          {"sqlite_compile_options", environment.sqlite_compile_options},
          {"onetbb_version", environment.onetbb_version},
          {"clock_resolution_ns", environment.clock_resolution_ns},
          {"clock_read_ns", environment.clock_read_ns},
          {"record_enqueue_ns", environment.record_enqueue_ns},
          {"sample_record_ns", environment.sample_record_ns}};
}

double percent(double ratio) {
  return 100 * (ratio - 1);
}

Json parameter_json(const FittedParameter& parameter) {
  return {{"value", parameter.value}, {"low", parameter.low}, {"high", parameter.high}};
}

Json law_json(const Scaling& scaling) {
  const auto* const fit = std::get_if<ScalabilityFit>(&scaling.law);
  if (fit == nullptr) return {{"not_fitted", std::get<std::string>(scaling.law)}};
  Json json = {{"gamma", fit->gamma},
               {"sigma", parameter_json(fit->sigma)},
               {"kappa", parameter_json(fit->kappa)},
               {"worst_residual", fit->worst_residual},
               {"exact", fit->exact}};
  if (fit->peak) {
    json["peak"] = parameter_json(*fit->peak);
    json["peak_determined"] = fit->peak_determined;
  }
  return json;
}

Json scaling_json(const RunResult& run) {
  Json all = Json::array();
  for (const Scaling& scaling : analyse_scaling(run.configurations)) {
    Json growths = Json::array();
    for (const Growth& growth : scaling.growths) {
      growths.push_back({{"figure", growth.figure},
                         {"threads_before", growth.threads_before},
                         {"threads_after", growth.threads_after},
                         {"exponent", growth.exponent()},
                         {"kind", growth.kind()}});
    }
    all.push_back({{"profile", scaling.profile},
                   {"strategy", scaling.strategy},
                   {"growths", std::move(growths)},
                   {"bottleneck_changes", scaling.bottleneck_changes},
                   {"scalability_law", law_json(scaling)}});
  }
  return all;
}

void add_conclusions(Json& json, const RunResult& run) {
  if (const auto bottleneck = find_bottleneck(run.configurations)) {
    json["bottleneck"] = {{"segment", bottleneck->segment},
                          {"root_cause", bottleneck->root_cause},
                          {"evidence", bottleneck->evidence}};
  }
  json["scaling"] = scaling_json(run);
  if (const auto needed = busy_timeout_needed(run.configurations, run.mitigations)) {
    json["busy_timeout"] = {{"needed_us", needed->needed_us},
                            {"configured_ms", needed->configured_ms},
                            {"where", needed->where}};
  }
  if (const auto recommendation = recommend(run.mitigations)) {
    json["recommendation"] = {{"mitigation", recommendation->mitigation},
                              {"sentences", recommendation->sentences}};
  }
  if (const auto criteria = gate_report(run.configurations, run.mitigations)) {
    json["gate_report"] = Json::array();
    for (const Criterion& criterion : *criteria) {
      json["gate_report"].push_back({{"criterion", criterion.name},
                                     {"passed", criterion.passed},
                                     {"evidence", criterion.evidence}});
    }
  }
}

Json change_json(const ChangeRow& row) {
  Json json = {{"baseline", row.before},
               {"mitigation", row.after},
               {"delta", row.after - row.before},
               {"change_pct", percent(row.change.ratio)}};
  if (row.change.interval) {
    json["change_low_pct"] = percent(row.change.interval->low);
    json["change_high_pct"] = percent(row.change.interval->high);
    json["difference_shown"] = row.change.shown();
  }
  return json;
}

/// By segment, in the shape that the harness before walbench wrote, with what it lacked beside it.
Json comparison_json(const MitigationResult& mitigation) {
  Json json = Json::object();
  const std::vector<ChangeRow> rows = compare_repeats(mitigation);
  for (const Segment segment : kComparedSegments) {
    const std::string name(segment_name(segment));
    const ChangeRow* const p95 = find_row(rows, name + " P95");
    if (p95 == nullptr) continue;
    Json each = {{"baseline_p95", p95->before},
                 {"mitigation_p95", p95->after},
                 {"delta_ms", p95->after - p95->before},
                 {"delta_pct", p95->before > 0 ? Json(percent(p95->after / p95->before)) : Json()},
                 {"p95", change_json(*p95)}};
    if (const ChangeRow* const p99 = find_row(rows, name + " P99")) {
      each["p99"] = change_json(*p99);
    }
    if (const ChangeRow* const max = find_row(rows, name + " max")) {
      each["max"] = change_json(*max);
    }
    json[name + "_ms"] = std::move(each);
  }
  if (const ChangeRow* const throughput = find_row(rows, "transitions/s")) {
    json["transitions_per_second"] = change_json(*throughput);
  }
  return json;
}

Json figures_json(const SegmentFigures& figures) {
  return {{"p95_ns", figures.p95_ns}, {"p99_ns", figures.p99_ns}, {"max_ns", figures.max_ns}};
}

Json repeats_json(const RepeatedResult& result) {
  Json repeats = Json::array();
  for (const RepeatFigures& repeat : result.repeats) {
    Json segments = Json::object();
    for (const SegmentFigures& figures : repeat.segments) {
      segments[std::string(segment_name(figures.segment))] = figures_json(figures);
    }
    repeats.push_back({{"elapsed_seconds", seconds_of(repeat.elapsed_ns)},
                       {"transitions_per_second", result.transitions_per_second(repeat)},
                       {"segments", std::move(segments)}});
  }
  return repeats;
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
               {"timestamp", run.timestamp},
               {"environment_digest", environment_digest(run.environment)},
               {"segment", segment_name(segment)},
               {"unit", "ns"}};
  json.update(configuration_json(configuration));
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
  for (const CeilingPoint& point : run.ceiling) {
    json["ceiling"].push_back(ceiling_json(point));
  }
  for (const ConfigurationResult& configuration : run.configurations) {
    json["configurations"].push_back(with_segments(configuration));
  }
  add_conclusions(json, run);
  return dump(json, 1) + "\n";
}

std::string mitigation_to_json(const RunResult& run, const MitigationResult& mitigation) {
  const Json json = {{"schema_version", kSchemaVersion},
                     {"run_id", run.run_id},
                     {"timestamp", run.timestamp},
                     {"seed", run.seed},
                     {"mitigation", mitigation.info.name},
                     {"description", mitigation.info.description},
                     {"cost", mitigation.info.cost},
                     {"risk", mitigation.info.risk},
                     {"environment", environment_json(run.environment)},
                     {"baseline", with_segments(mitigation.baseline.pooled)},
                     {"mitigation_run", with_segments(mitigation.mitigation.pooled)},
                     {"interval_method", kIntervalMethod},
                     {"comparison", comparison_json(mitigation)},
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
