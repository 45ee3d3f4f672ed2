#include "metrics/publish/study_json.hpp"

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "metrics/analysis/analysis.hpp"
#include "metrics/analysis/gate_report.hpp"
#include "metrics/analysis/mitigation_analysis.hpp"
#include "metrics/analysis/scaling.hpp"
#include "metrics/result/configuration_json.hpp"

namespace walbench::metrics {

using Json = nlohmann::ordered_json;

namespace {

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

Json scaling_json(const std::vector<ConfigurationResult>& configurations) {
  Json all = Json::array();
  for (const Scaling& scaling : analyse_scaling(configurations)) {
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

}  // namespace

Json figures_json(const SegmentFigures& figures) {
  return {{"p95_ns", figures.p95_ns}, {"p99_ns", figures.p99_ns}, {"max_ns", figures.max_ns}};
}

void add_conclusions(Json& json, const std::vector<ConfigurationResult>& configurations,
                     const std::vector<MitigationResult>& mitigations) {
  if (const auto bottleneck = find_bottleneck(configurations)) {
    json["bottleneck"] = {{"segment", bottleneck->segment},
                          {"root_cause", bottleneck->root_cause},
                          {"evidence", bottleneck->evidence}};
  }
  json["scaling"] = scaling_json(configurations);
  if (const auto needed = busy_timeout_needed(configurations, mitigations)) {
    json["busy_timeout"] = {{"needed_us", needed->needed_us},
                            {"configured_ms", needed->configured_ms},
                            {"where", needed->where}};
  }
  if (const auto recommendation = recommend(mitigations)) {
    json["recommendation"] = {{"mitigation", recommendation->mitigation},
                              {"sentences", recommendation->sentences}};
  }
  if (const auto criteria = gate_report(configurations, mitigations)) {
    json["gate_report"] = Json::array();
    for (const Criterion& criterion : *criteria) {
      json["gate_report"].push_back({{"criterion", criterion.name},
                                     {"passed", criterion.passed},
                                     {"evidence", criterion.evidence}});
    }
  }
}

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

}  // namespace walbench::metrics
