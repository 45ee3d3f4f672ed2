#include "metrics/publish/report_json.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/analysis/findings.hpp"
#include "metrics/comparison/run_match.hpp"
#include "metrics/histogram/percentile_curve.hpp"
#include "metrics/publish/findings_json.hpp"
#include "metrics/result/figures.hpp"
#include "metrics/result/figures_json.hpp"
#include "metrics/units.hpp"

namespace walbench::metrics {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kPartBytes = 1U << 16U;

double ms(std::int64_t ns) {
  return static_cast<double>(ns) / kNsPerMs;
}

/// Pairs of 1/(1-percentile) and a value, of which `per_unit` are one.
template <typename Source>
Json curve_json(const Source& source, double per_unit) {
  Json points = Json::array();
  for (const CurvePoint& point : percentile_curve(source)) {
    points.push_back({point.inverse_distance, point.value / per_unit});
  }
  return points;
}

Json curves_json(const Stream& stream) {
  Json curves = Json::object();
  for (const SegmentHistogram& each : stream.segments) {
    curves[std::string(segment_name(each.segment)) + "_ms"] = curve_json(each.histogram, kNsPerMs);
  }
  return curves;
}

Json with_curves(const ConfigurationResult& configuration, const ConfigurationFindings& findings) {
  Json json = configuration_json(configuration, findings);
  json["curves"] = curves_json(configuration.main);
  for (std::size_t index = 0; index < configuration.others.size(); ++index) {
    json["streams"][index + 1]["curves"] = curves_json(configuration.others[index]);
  }
  if (const std::vector<std::string> missing = configuration.missing(); !missing.empty()) {
    json["missing"] = missing;
  }
  return json;
}

Json run_json(const LoadedRun& run, const Findings& findings) {
  Json json = {{"run_id", run.run_id},
               {"instance", run.instance},
               {"timestamp", run.timestamp},
               {"environment_digest", run.environment_digest}};
  if (run.environment) {
    write_figures(environment_figures(), *run.environment, json["environment"]);
  }
  if (run.complete) {
    json["complete"] = *run.complete;
    json["planned"] = run.planned;
  }
  json["failures"] = failures_json(run.failures);
  json["configurations"] = Json::array();
  for (std::size_t index = 0; index < run.configurations.size(); ++index) {
    json["configurations"].push_back(
        with_curves(run.configurations[index], findings.configurations.at(index)));
  }
  json["mitigations"] = Json::array();
  for (std::size_t index = 0; index < run.mitigations.size(); ++index) {
    json["mitigations"].push_back(
        mitigation_json(run.mitigations[index], findings.mitigations.at(index), with_curves));
  }
  add_conclusions(json, findings);
  return json;
}

/// The members that every distribution has, and the percentiles that were asked for.
constexpr std::array<std::pair<const char*, double>, 5> kMembers = {
    {{"p50", 50}, {"p95", 95}, {"p99", 99}, {"p999", 99.9}, {"max", 100}}};

/// `told(p)` is the value of a percentile, as far as it is known.
template <typename Told>
void add_told(const Told& told, const std::vector<double>& percentiles, const std::string& suffix,
              Json& json) {
  const auto add = [](Json& object, const std::string& name, const std::string& above,
                      const std::optional<ToldValue>& value) {
    object[name] = value ? Json(value->value) : Json();
    if (value && value->above) object[above] = *value->above;
  };
  for (const auto& [name, percentile] : kMembers) {
    add(json, name + suffix, name + std::string("_above") + suffix, told(percentile));
  }
  for (const double percentile : percentiles) {
    Json each = {{"percentile", percentile}};
    add(each, "value" + suffix, "above" + suffix, told(percentile));
    json["percentiles"].push_back(std::move(each));
  }
}

/// Everything about a histogram; of another program's file its rows.
Json distribution_json(const LoneDistribution& lone, const std::vector<double>& percentiles) {
  const HgrmFile& file = lone.file;
  Json json = {{"file", lone.path.string()}};
  if (!file.heading.empty()) json["heading"] = file.heading;
  json["exact"] = file.histogram.has_value();
  json["unit"] = file.unit.empty() ? Json("unit of the file") : Json(file.unit);
  json["count"] = file.total_count;
  add_told([&](double percentile) { return file.value_at_percentile(percentile); }, percentiles, "",
           json);
  json["mean"] = file.mean && file.total_count > 0 ? Json(*file.mean) : Json();
  json["curve"] = file.histogram ? curve_json(*file.histogram, kNsPerMs) : curve_json(file, 1);
  return json;
}

Json interval_json(const IntervalRow& row) {
  const auto value = [&](std::int64_t ns) { return row.count == 0 ? Json() : Json(ms(ns)); };
  return {{"start_seconds", row.start_seconds},
          {"length_seconds", row.length_seconds},
          {"count", row.count},
          {"p50_ms", value(row.p50_ns)},
          {"p99_ms", value(row.p99_ns)},
          {"max_ms", value(row.max_ns)}};
}

/// A stream of a log as a whole.
Json total_json(const LoadedLog& log, const LoadedLog::Stream& stream,
                const std::vector<double>& percentiles) {
  const Histogram total = stream.total.histogram();
  const double per_ms = kNsPerMs / static_cast<double>(log.ns_per_unit);
  const bool empty = total.total_count() == 0;
  Json json = {{"count", total.total_count()}, {"samples_per_second", stream.samples_per_second()}};
  add_told(
      [&](double percentile) -> std::optional<ToldValue> {
        if (empty) return std::nullopt;
        return ToldValue{static_cast<double>(total.value_at_percentile(percentile)) / per_ms, {}};
      },
      percentiles, "_ms", json);
  json["mean_ms"] = empty ? Json() : Json(total.mean() / per_ms);
  json["curve"] = curve_json(total, per_ms);
  return json;
}

/// An object to which more members can be added: without what would end it.
std::string dump_open(const Json& json, int indent) {
  std::string text = json_text(json, indent);
  text.pop_back();
  while (text.back() == '\n') {
    text.pop_back();
  }
  return text;
}

/// Interval by interval, since a log may have millions.
void write_stream(const LoadedLog& log, const LoadedLog::Stream& stream,
                  const std::vector<double>& percentiles, const TextSink& write) {
  const Json begin = {{"tag", stream.tag},
                      {"total", total_json(log, stream, percentiles)},
                      {"intervals_in_log", stream.rows.size()}};
  write(dump_open(begin, -1) + ",\"intervals\":[");
  std::string part;
  for (const IntervalRow& row : stream.rows) {
    part += (&row == &stream.rows.front() ? "\n" : ",\n") + json_text(interval_json(row), -1);
    if (part.size() < kPartBytes) continue;
    write(part);
    part.clear();
  }
  write(part + "]}");
}

void write_log(const LoadedLog& log, const std::vector<double>& percentiles,
               const TextSink& write) {
  Json begin = {{"file", log.path.string()},
                {"label", log.label},
                {"unit_assumed", log.unit_assumed},
                {"lengths_worked_out", log.had_ends},
                {"times_go_back", log.times_go_back}};
  if (log.cut_off) begin["cut_off"] = *log.cut_off;
  write(dump_open(begin, -1) + ",\"streams\":[");
  bool first = true;
  for (const LoadedLog::Stream& stream : log.streams) {
    write(first ? "\n" : ",\n");
    write_stream(log, stream, percentiles, write);
    first = false;
  }
  write("]}");
}

}  // namespace

void write_report_json(const ResultSet& set, const std::vector<Findings>& findings,
                       const TextSink& write, const std::vector<double>& percentiles) {
  Json json = {{"schema_version", kReportSchemaVersion},
               {"kind", "report"},
               {"walbench_version", walbench_version()}};
  json["unlike_runs"] = unlike_runs(set);
  for (const char* const list : {"runs", "distributions", "problems"}) {
    json[list] = Json::array();
  }
  for (std::size_t index = 0; index < set.runs.size(); ++index) {
    json["runs"].push_back(run_json(set.runs[index], findings.at(index)));
  }
  for (const LoneDistribution& lone : set.lone) {
    json["distributions"].push_back(distribution_json(lone, percentiles));
  }
  for (const FileProblem& problem : set.problems) {
    json["problems"].push_back({{"file", problem.path.string()}, {"problem", problem.what}});
  }
  write(dump_open(json, 1));
  write(",\n\"interval_logs\":[");
  for (const LoadedLog& log : set.logs) {
    write(&log == &set.logs.front() ? "\n" : ",\n");
    write_log(log, percentiles, write);
  }
  write("]}\n");
}

std::string report_json(const ResultSet& set, const std::vector<Findings>& findings) {
  std::string text;
  write_report_json(set, findings, [&text](std::string_view part) { text += part; });
  return text;
}

}  // namespace walbench::metrics
