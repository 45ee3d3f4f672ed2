#include "metrics/publish/report_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
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

/// Pairs of 1/(1-percentile) and milliseconds.
Json curve_json(const Histogram& histogram) {
  Json points = Json::array();
  for (const CurvePoint& point : percentile_curve(histogram)) {
    points.push_back({point.inverse_distance, ms(point.value)});
  }
  return points;
}

Json curves_json(const Stream& stream) {
  Json curves = Json::object();
  for (const SegmentHistogram& each : stream.segments) {
    curves[std::string(segment_name(each.segment)) + "_ms"] = curve_json(each.histogram);
  }
  return curves;
}

Json with_curves(const ConfigurationResult& configuration, const ConfigurationFindings& findings) {
  Json json = configuration_json(configuration, findings);
  json["curves"] = curves_json(configuration.main);
  for (std::size_t index = 0; index < configuration.others.size(); ++index) {
    json["streams"][index + 1]["curves"] = curves_json(configuration.others[index]);
  }
  if (std::vector<std::string> missing = configuration.missing(); !missing.empty()) {
    json["missing"] = std::move(missing);
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

/// Everything about a histogram; of another program's file its rows.
Json distribution_json(const LoneDistribution& lone) {
  const HgrmFile& file = lone.file;
  Json json = {{"file", lone.path.string()},
               {"exact", file.histogram.has_value()},
               {"unit", file.unit_told()},
               {"count", file.total_count}};
  const auto add = [&](const char* name, double percentile) {
    json[name] = file.told_at_percentile(percentile);
  };
  add("p50", 50);
  add("p95", 95);
  add("p99", 99);
  add("p999", 99.9);
  add("max", 100);
  if (file.histogram) {
    json["curve"] = curve_json(*file.histogram);
    return json;
  }
  json["curve"] = Json::array();
  for (const PercentileRow& row : file.rows) {
    if (row.percentile < 1) json["curve"].push_back({1 / (1 - row.percentile), row.value});
  }
  // The last row, for 100 %, is the slowest of all samples.
  if (!file.rows.empty() && file.rows.back().percentile >= 1 && file.total_count > 0) {
    json["curve"].push_back({static_cast<double>(file.total_count), file.rows.back().value});
  }
  return json;
}

Json interval_json(const IntervalRow& row) {
  return {{"start_seconds", row.start_seconds},
          {"length_seconds", row.length_seconds},
          {"count", row.count},
          {"p50_ms", ms(row.p50_ns)},
          {"p99_ms", ms(row.p99_ns)},
          {"max_ms", ms(row.max_ns)}};
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
void write_stream(const LoadedLog::Stream& stream, const TextSink& write) {
  const Json begin = {{"tag", stream.tag}, {"intervals_in_log", stream.rows.size()}};
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

void write_log(const LoadedLog& log, const TextSink& write) {
  Json begin = {{"file", log.path.string()}, {"label", log.label}};
  if (log.cut_off) begin["cut_off"] = *log.cut_off;
  write(dump_open(begin, -1) + ",\"streams\":[");
  bool first = true;
  for (const LoadedLog::Stream& stream : log.streams) {
    write(first ? "\n" : ",\n");
    write_stream(stream, write);
    first = false;
  }
  write("]}");
}

}  // namespace

void write_report_json(const ResultSet& set, const std::vector<Findings>& findings,
                       const TextSink& write) {
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
    json["distributions"].push_back(distribution_json(lone));
  }
  for (const FileProblem& problem : set.problems) {
    json["problems"].push_back({{"file", problem.path.string()}, {"problem", problem.what}});
  }
  write(dump_open(json, 1));
  write(",\n\"interval_logs\":[");
  for (const LoadedLog& log : set.logs) {
    write(&log == &set.logs.front() ? "\n" : ",\n");
    write_log(log, write);
  }
  write("]}\n");
}

std::string report_json(const ResultSet& set, const std::vector<Findings>& findings) {
  std::string text;
  write_report_json(set, findings, [&text](std::string_view part) { text += part; });
  return text;
}

}  // namespace walbench::metrics
