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
#include "metrics/histogram/percentile_curve.hpp"
#include "metrics/publish/findings_json.hpp"
#include "metrics/result/configuration_json.hpp"
#include "metrics/result/environment_json.hpp"

namespace walbench::metrics {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kNsPerMs = 1e6;
constexpr std::size_t kPartBytes = 1U << 16U;

double ms(std::int64_t ns) {
  return static_cast<double>(ns) / kNsPerMs;
}

/// To five digits, which is finer than anybody sees and shorter.
double brief(double number) {
  return std::stod(fmt::format("{:.5g}", number));
}

/// Pairs of 1/(1-percentile) and milliseconds.
Json curve_json(const Histogram& histogram, const ReportDetail& detail) {
  Json points = Json::array();
  for (const CurvePoint& point : percentile_curve(histogram)) {
    if (detail.brief) {
      points.push_back({brief(point.inverse_distance), brief(ms(point.value))});
    } else {
      points.push_back({point.inverse_distance, ms(point.value)});
    }
  }
  return points;
}

Json with_curves(const ConfigurationResult& configuration, const ConfigurationFindings& findings,
                 const ReportDetail& detail) {
  Json json = configuration_json(configuration, findings);
  Json curves = Json::object();
  for (const SegmentHistogram& each : configuration.segments) {
    if (!detail.curves.empty() && std::ranges::count(detail.curves, each.segment) == 0) {
      continue;
    }
    curves[std::string(segment_name(each.segment)) + "_ms"] = curve_json(each.histogram, detail);
  }
  json["curves"] = std::move(curves);
  return json;
}

Json mitigation_json(const MitigationResult& mitigation, const MitigationFindings& findings,
                     const ReportDetail& detail) {
  Json json = {
      {"mitigation", mitigation.info.name},
      {"description", mitigation.info.description},
      {"cost", mitigation.info.cost},
      {"risk", mitigation.info.risk},
      {"effort", mitigation.info.effort},
      {"recommendable", mitigation.info.recommendable},
      {"interval_method", kIntervalMethod},
      {"comparison", comparison_json(findings.changes)},
      {"baseline", with_curves(mitigation.baseline.pooled, findings.baseline, detail)},
      {"mitigation_run", with_curves(mitigation.mitigation.pooled, findings.mitigation, detail)}};
  if (detail.brief) return json;
  json["baseline_repeats"] = repeats_json(mitigation.baseline);
  json["mitigation_repeats"] = repeats_json(mitigation.mitigation);
  return json;
}

Json run_json(const LoadedRun& run, const Findings& findings, const ReportDetail& detail) {
  Json json = {{"run_id", run.run_id},
               {"instance", run.instance},
               {"timestamp", run.timestamp},
               {"environment_digest", run.environment_digest}};
  if (run.environment) json["environment"] = environment_json(*run.environment);
  json["configurations"] = Json::array();
  for (std::size_t index = 0; index < run.configurations.size(); ++index) {
    json["configurations"].push_back(
        with_curves(run.configurations[index], findings.configurations.at(index), detail));
  }
  json["mitigations"] = Json::array();
  for (std::size_t index = 0; index < run.mitigations.size(); ++index) {
    json["mitigations"].push_back(
        mitigation_json(run.mitigations[index], findings.mitigations.at(index), detail));
  }
  add_conclusions(json, findings);
  return json;
}

/// Of a histogram everything is known, of another program's rows what they say.
Json distribution_json(const LoneDistribution& lone, const ReportDetail& detail) {
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
    json["curve"] = curve_json(*file.histogram, detail);
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

/// Neighbours as one: all their samples, and the worst of their figures, so that a stall stays.
IntervalRows thinned_out(const IntervalRows& rows, std::size_t most) {
  const std::size_t together = (rows.size() + most - 1) / most;
  if (together <= 1) return rows;
  IntervalRows fewer;
  for (std::size_t index = 0; index < rows.size(); ++index) {
    const IntervalRow& row = rows[index];
    if (index % together == 0) {
      fewer.push_back(row);
      continue;
    }
    IntervalRow& into = fewer.back();
    into.length_seconds = row.start_seconds + row.length_seconds - into.start_seconds;
    into.count += row.count;
    into.p50_ns = std::max(into.p50_ns, row.p50_ns);
    into.p99_ns = std::max(into.p99_ns, row.p99_ns);
    into.max_ns = std::max(into.max_ns, row.max_ns);
  }
  return fewer;
}

Json interval_json(const IntervalRow& row) {
  return {{"start_seconds", row.start_seconds},
          {"length_seconds", row.length_seconds},
          {"count", row.count},
          {"p50_ms", ms(row.p50_ns)},
          {"p99_ms", ms(row.p99_ns)},
          {"max_ms", ms(row.max_ns)}};
}

std::string dump(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

/// An object to which more members can be added: without what would end it.
std::string dump_open(const Json& json, int indent) {
  std::string text = dump(json, indent);
  text.pop_back();
  while (text.back() == '\n') {
    text.pop_back();
  }
  return text;
}

/// Interval by interval, since a log may have millions.
void write_stream(const LoadedLog::Stream& stream, const ReportDetail& detail,
                  const TextSink& write) {
  const Json begin = {{"tag", stream.tag}, {"intervals_in_log", stream.rows.size()}};
  write(dump_open(begin, -1) + ",\"intervals\":[");
  const auto write_rows = [&](const IntervalRows& rows) {
    std::string part;
    for (const IntervalRow& row : rows) {
      part += (&row == &rows.front() ? "\n" : ",\n") + dump(interval_json(row), -1);
      if (part.size() < kPartBytes) continue;
      write(part);
      part.clear();
    }
    write(part);
  };
  if (detail.most_intervals > 0) {
    write_rows(thinned_out(stream.rows, detail.most_intervals));
  } else {
    write_rows(stream.rows);
  }
  write("]}");
}

void write_log(const LoadedLog& log, const ReportDetail& detail, const TextSink& write) {
  Json begin = {{"file", log.path.string()}, {"label", log.label}};
  if (log.cut_off) begin["cut_off"] = *log.cut_off;
  write(dump_open(begin, -1) + ",\"streams\":[");
  const std::string main(segment_name(Segment::fsm_net));
  const bool has_main = std::ranges::count(log.streams, main, &LoadedLog::Stream::tag) > 0;
  bool first = true;
  for (const LoadedLog::Stream& stream : log.streams) {
    if (detail.brief && has_main && stream.tag != main) continue;
    write(first ? "\n" : ",\n");
    write_stream(stream, detail, write);
    first = false;
  }
  write("]}");
}

}  // namespace

void write_report_json(const ResultSet& set, const std::vector<Findings>& findings,
                       const ReportDetail& detail, const TextSink& write) {
  Json json = {{"schema_version", kReportSchemaVersion},
               {"kind", "report"},
               {"walbench_version", walbench_version()}};
  for (const char* const list : {"runs", "distributions", "problems"}) {
    json[list] = Json::array();
  }
  for (std::size_t index = 0; index < set.runs.size(); ++index) {
    json["runs"].push_back(run_json(set.runs[index], findings.at(index), detail));
  }
  for (const LoneDistribution& lone : set.lone) {
    json["distributions"].push_back(distribution_json(lone, detail));
  }
  for (const FileProblem& problem : set.problems) {
    json["problems"].push_back({{"file", problem.path.string()}, {"problem", problem.what}});
  }
  write(dump_open(json, detail.brief ? -1 : 1));
  write(",\n\"interval_logs\":[");
  for (const LoadedLog& log : set.logs) {
    write(&log == &set.logs.front() ? "\n" : ",\n");
    write_log(log, detail, write);
  }
  write("]}\n");
}

std::string report_json(const ResultSet& set, const std::vector<Findings>& findings,
                        const ReportDetail& detail) {
  std::string text;
  write_report_json(set, findings, detail, [&text](std::string_view part) { text += part; });
  return text;
}

}  // namespace walbench::metrics
