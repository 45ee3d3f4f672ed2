#include "metrics/publish/findings_json.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <variant>

#include "metrics/result/facts_json.hpp"
#include "metrics/result/figures.hpp"
#include "metrics/result/figures_json.hpp"
#include "metrics/units.hpp"

namespace walbench::metrics {

using Json = nlohmann::ordered_json;

namespace {

Json breakdown_json(const Breakdown& breakdown) {
  Json parts = Json::array();
  for (const BreakdownPart& part : breakdown.parts) {
    parts.push_back({{"part", part.name},
                     {"spent", spent_name(part.spent)},
                     {"mean_ms", part.mean_ns / kNsPerMs},
                     {"share", part.share}});
  }
  return {{"parts", std::move(parts)}, {"unexplained_share", breakdown.unexplained}};
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

void add_findings(Json& json, const ConfigurationFindings& findings) {
  if (findings.write_amplification) json["write_amplification"] = *findings.write_amplification;
  if (findings.fairness) {
    json["jain_index"] = findings.fairness->jain_index;
    if (findings.fairness->barging) json["barging"] = *findings.fairness->barging;
  }
  if (findings.missing_concurrency) json["missing_concurrency"] = *findings.missing_concurrency;
  if (findings.loaded) json["loaded"] = *findings.loaded;
  if (const auto& ceiling = findings.ceiling_share) {
    json["ceiling_share"] = ceiling->share;
    json["ceiling_share_range"] = {ceiling->low, ceiling->high};
    json["ceiling_moved"] = ceiling->moved();
  }
  if (findings.wal_contention) json["wal_contention_verdict"] = findings.wal_contention->evidence;
  json["timeout_advice"] = timeouts_json(findings.timeouts);
  json["limits"] = Json::array();
  for (const LimitVerdict& verdict : findings.verdicts) {
    json["limits"].push_back(
        {{"limit", verdict.limit}, {"passed", verdict.passed}, {"evidence", verdict.evidence}});
    if (!verdict.limit.starts_with("threshold_")) continue;
    json[verdict.limit + "_verdict"] = verdict.passed ? "PASS" : "FAIL";
    json[verdict.limit + "_evidence"] = verdict.evidence;
  }
  if (findings.breakdown) json["breakdown"] = breakdown_json(*findings.breakdown);
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

Json scaling_json(const std::vector<Scaling>& scalings) {
  Json all = Json::array();
  for (const Scaling& scaling : scalings) {
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
    if (scaling.left_out) all.back()["left_out"] = *scaling.left_out;
  }
  return all;
}

Json segments_json(const Stream& stream) {
  Json segments = Json::object();
  for (const auto& [segment, histogram] : stream.segments) {
    const bool empty = histogram.total_count() == 0;
    const auto ms = [&](auto ns) {
      return empty ? Json() : Json(static_cast<double>(ns) / kNsPerMs);
    };
    segments[std::string(segment_name(segment)) + "_ms"] = {
        {"p50", ms(histogram.value_at_percentile(50))},
        {"p95", ms(histogram.value_at_percentile(95))},
        {"p99", ms(histogram.value_at_percentile(99))},
        {"p999", ms(histogram.value_at_percentile(99.9))},
        {"mean", ms(histogram.mean())},
        {"min", ms(histogram.min())},
        {"max", ms(histogram.max())},
        {"count", histogram.total_count()}};
  }
  return segments;
}

}  // namespace

Json configuration_json(const ConfigurationResult& configuration,
                        const ConfigurationFindings& findings) {
  Json json;
  write_facts(configuration, json);
  add_findings(json, findings);
  json["segments"] = segments_json(configuration.main);
  for (std::size_t index = 0; index < configuration.others.size(); ++index) {
    json["streams"][index + 1]["segments"] = segments_json(configuration.others[index]);
  }
  return json;
}

void add_conclusions(Json& json, const Findings& findings) {
  if (const auto& bottleneck = findings.bottleneck) {
    json["bottleneck"] = {{"segment", bottleneck->segment},
                          {"root_cause", bottleneck->root_cause.part},
                          {"root_cause_share", bottleneck->root_cause.share},
                          {"evidence", bottleneck->evidence}};
    if (const auto& tail = bottleneck->tail_cause) {
      json["bottleneck"]["tail_cause"] = tail->part;
      json["bottleneck"]["tail_cause_share"] = tail->share;
    }
  }
  json["scaling"] = scaling_json(findings.scaling);
  if (const auto& answer = findings.busy_timeout) {
    json["busy_timeout"] = {{"set_ms", answer->set_ms},
                            {"longest_us", answer->longest_us},
                            {"configured_ms", answer->configured_ms},
                            {"near", answer->is_near()},
                            {"where", answer->where}};
  }
  if (findings.wal_reset) json["wal_reset"] = *findings.wal_reset;
  if (const auto& recommendation = findings.recommendation) {
    json["recommendation"] = {{"advice", advice_name(recommendation->advice)},
                              {"mitigation", recommendation->mitigation},
                              {"sentences", recommendation->sentences}};
    if (recommendation->repeats > 0) {
      json["recommendation"]["repeats_needed"] = recommendation->repeats;
    }
  }
  if (!findings.gate_report) return;
  json["gate_report"] = Json::array();
  for (const Criterion& criterion : *findings.gate_report) {
    json["gate_report"].push_back({{"criterion", criterion.name},
                                   {"passed", criterion.passed},
                                   {"evidence", criterion.evidence}});
  }
}

Json change_json(const FigureChange& figure) {
  const auto& interval = figure.change.interval;
  return {{"before", figure.before},
          {"after", figure.after},
          {"ratio", figure.change.ratio},
          {"ratio_low", interval ? Json(interval->low) : Json()},
          {"ratio_high", interval ? Json(interval->high) : Json()},
          {"source", source_name(figure.source)},
          {"verdict", verdict_name(figure.verdict)}};
}

namespace {

/// By segment, with the fields of the harness before walbench and the change of each statistic.
Json comparison_json(const std::vector<FigureChange>& changes) {
  Json json = Json::object();
  for (const FigureChange& figure : changes) {
    if (!figure.segment) {
      json["transitions_per_second"] = change_json(figure);
      continue;
    }
    Json& segment = json[std::string(segment_name(*figure.segment)) + "_ms"];
    if (figure.percentile == 95) {
      segment["baseline_p95"] = figure.before;
      segment["mitigation_p95"] = figure.after;
      segment["delta_ms"] = figure.after - figure.before;
      segment["delta_pct"] =
          figure.before > 0 ? Json(100 * (figure.after / figure.before - 1)) : Json();
    }
    const std::string statistic = figure.percentile == 100 ? "max"
                                  : figure.percentile == 99.9
                                      ? "p999"
                                      : fmt::format("p{}", figure.percentile);
    segment[statistic] = change_json(figure);
  }
  return json;
}

Json repeats_json(const RepeatedResult& result) {
  Json repeats = Json::array();
  for (const RepeatFigures& repeat : result.repeats) {
    Json segments = Json::object();
    for (const SegmentFigures& figures : repeat.segments) {
      segments[segment_name(figures.stream, figures.segment)] = {{"p95_ns", figures.p95_ns},
                                                                 {"p99_ns", figures.p99_ns},
                                                                 {"p999_ns", figures.p999_ns},
                                                                 {"max_ns", figures.max_ns}};
    }
    repeats.push_back({{"elapsed_seconds", static_cast<double>(repeat.elapsed_ns) / kNsPerSecond},
                       {"transitions_per_second", result.transitions_per_second(repeat)},
                       {"segments", std::move(segments)}});
  }
  return repeats;
}

}  // namespace

Json mitigation_json(
    const MitigationResult& mitigation, const MitigationFindings& findings,
    const std::function<Json(const ConfigurationResult&, const ConfigurationFindings&)>& side) {
  Json json = {{"mitigation", mitigation.info.name}};
  write_figures(mitigation_figures(), mitigation.info, json);
  json.erase("name");
  json["risk"] = findings.risk;
  json["gain"] = gain_name(findings.gain);
  json["objections"] = findings.objections;
  json["slowest_users"] = findings.slowest_users;
  json["baseline"] = side(mitigation.baseline.pooled, findings.baseline);
  json["mitigation_run"] = side(mitigation.mitigation.pooled, findings.mitigation);
  json["interval_method"] = kIntervalMethod;
  json["deciding_interval_confidence"] = 1 - chance_of_miss(mitigation.info, true);
  json["interval_confidence"] = 1 - chance_of_miss(mitigation.info, false);
  json["comparison"] = comparison_json(findings.changes);
  json["baseline_repeats"] = repeats_json(mitigation.baseline);
  json["mitigation_repeats"] = repeats_json(mitigation.mitigation);
  return json;
}

std::string json_text(const Json& json, int indent) {
  return json.dump(indent, ' ', true, Json::error_handler_t::replace);
}

Json failures_json(const std::vector<RunFailure>& failures) {
  Json all = Json::array();
  for (const RunFailure& each : failures) {
    all.push_back({{"key", each.key}, {"phase", each.phase}, {"sentence", each.sentence}});
  }
  return all;
}

}  // namespace walbench::metrics
