#include "metrics/result/hgrm_metadata.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "metrics/result/facts_json.hpp"
#include "metrics/result/figures.hpp"
#include "metrics/result/figures_json.hpp"
#include "metrics/result/json_fields.hpp"

namespace walbench::metrics {
namespace {

using Json = nlohmann::ordered_json;
using namespace json_fields;

constexpr const char* kMergedFrom = "merged_from";

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json role_json(const MitigationRole& role, const std::string& stream, Segment segment) {
  Json json;
  write_figures(mitigation_figures(), role.info, json);
  json["side"] = role.is_baseline ? "baseline" : "mitigation";
  json["repeats"] = Json::array();
  for (const RepeatFigures& repeat : role.repeats) {
    Json each = {{"elapsed_ns", repeat.elapsed_ns}};
    if (repeat.iterations) each["iterations"] = *repeat.iterations;
    if (const SegmentFigures* const figures = repeat.find(segment, stream)) {
      each["p95_ns"] = figures->p95_ns;
      each["p99_ns"] = figures->p99_ns;
      each["p999_ns"] = figures->p999_ns;
      each["max_ns"] = figures->max_ns;
    }
    json["repeats"].push_back(std::move(each));
  }
  return json;
}

MitigationRole role_from(const Json& json, const std::string& stream, Segment segment) {
  MitigationRole role;
  read_figures(mitigation_figures(), json, role.info);
  const std::string side = text_in(json, "side");
  if (side != "baseline" && side != "mitigation") refuse("has a 'side' that is neither");
  role.is_baseline = side == "baseline";
  for (const Json& each : list_in(json, "repeats")) {
    RepeatFigures& repeat = role.repeats.emplace_back();
    repeat.elapsed_ns = positive_in(each, "elapsed_ns");
    if (has(each, "iterations")) repeat.iterations = count_in(each, "iterations");
    if (!has(each, "p95_ns")) continue;
    repeat.segments.push_back({segment, count_in(each, "p95_ns"), count_in(each, "p99_ns"),
                               count_in(each, "p999_ns"), count_in(each, "max_ns"), stream});
  }
  if (role.repeats.empty()) refuse("has no 'repeats'");
  return role;
}

Segment segment_in(const Json& json) {
  const std::optional<Segment> segment = segment_from_name(text_in(json, "segment"));
  if (!segment) refuse("names a segment that does not exist");
  return *segment;
}

/// The name of the stream, which must be one of the configuration's.
std::string stream_in(const Json& json, const ConfigurationResult& configuration) {
  std::string stream = has(json, "stream") ? text_in(json, "stream") : std::string();
  if (configuration.find_stream(stream) == nullptr) refuse("names a stream that it does not list");
  return stream;
}

Json parse_object(std::string_view text) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object()) refuse("is not a JSON object");
  const std::int64_t version = count_in(json, "schema_version");
  if (version != kSchemaVersion) {
    refuse("is of schema version " + std::to_string(version) + ", and this program reads " +
           std::to_string(kSchemaVersion) + "; use the walbench that wrote the file");
  }
  if (text_in(json, "unit") != "ns") refuse("has a unit other than ns");
  return json;
}

/// What the metadata is made of, wherever it lies: a configuration's histograms are not copied.
struct Parts {
  const std::string& run_id;
  const std::string& instance;
  const std::string& timestamp;
  const std::string& environment_digest;
  const Environment* environment;  ///< null: not told
  const std::string& stream;
  Segment segment;
  const ConfigurationResult& configuration;
  const MitigationRole* role;  ///< null: none
};

Json failure_json(const RunFailure& failure) {
  Json json = {{"key", failure.key}, {"phase", failure.phase}, {"sentence", failure.sentence}};
  if (!failure.mitigation.empty()) json["mitigation"] = failure.mitigation;
  return json;
}

RunFailure failure_from(const Json& json, const ConfigurationPlanned& planned) {
  return {.key = text_in(json, "key"),
          .phase = text_in(json, "phase"),
          .sentence = text_in(json, "sentence"),
          .planned = planned,
          .mitigation = has(json, "mitigation") ? text_in(json, "mitigation") : std::string()};
}

std::vector<std::string> texts_in(const Json& json, const char* name) {
  std::vector<std::string> all;
  if (!has(json, name)) return all;
  for (const Json& each : list_in(json, name)) {
    if (!each.is_string()) {
      refuse("has '" + std::string(name) + "' with something that is not a text");
    }
    all.push_back(each.get<std::string>());
  }
  return all;
}

/// Everything but what the histogram is of.
Json header_json(const std::string& run_id, const std::string& instance,
                 const std::string& timestamp, const std::string& environment_digest,
                 const Environment* environment) {
  Json json = {{"schema_version", kSchemaVersion},
               {"run_id", run_id},
               {"instance", instance},
               {"timestamp", timestamp},
               {"environment_digest", environment_digest}};
  if (environment != nullptr) {
    write_figures(environment_figures(), *environment, json["environment"]);
  }
  json["unit"] = "ns";
  return json;
}

Json metadata_json(const Parts& parts) {
  Json json = header_json(parts.run_id, parts.instance, parts.timestamp, parts.environment_digest,
                          parts.environment);
  if (!parts.stream.empty()) json["stream"] = parts.stream;
  json["segment"] = segment_name(parts.segment);
  json["distributions"] = parts.configuration.published.empty()
                              ? parts.configuration.distributions()
                              : parts.configuration.published;
  write_facts(parts.configuration, json);
  if (parts.role != nullptr)
    json["mitigation"] = role_json(*parts.role, parts.stream, parts.segment);
  return json;
}

std::string metadata_text(const RunResult& run, const ConfigurationResult& configuration,
                          const std::string& stream, Segment segment, const MitigationRole* role) {
  return dump(
      metadata_json({run.run_id, run.instance, run.timestamp, environment_digest(run.environment),
                     &run.environment, stream, segment, configuration, role}));
}

bool is_of_values(const Json& json) {
  return json.contains("kind") && json["kind"] == "values";
}

HgrmMetadata metadata_from(const Json& json) {
  const bool failed = has(json, "failure");
  HgrmMetadata metadata{.run_id = text_in(json, "run_id"),
                        .instance = text_in(json, "instance"),
                        .timestamp = text_in(json, "timestamp"),
                        .environment_digest = text_in(json, "environment_digest"),
                        .environment = std::nullopt,
                        .stream = {},
                        .segment = failed ? Segment::fsm_net : segment_in(json),
                        .configuration = failed ? ConfigurationResult() : read_facts(json),
                        .role = std::nullopt,
                        .failure = std::nullopt,
                        .merged_from = texts_in(json, kMergedFrom)};
  if (has(json, "environment")) {
    read_figures(environment_figures(), json["environment"], metadata.environment.emplace());
  }
  if (failed) {
    metadata.configuration.planned = read_plan(json);
    metadata.failure = failure_from(json["failure"], metadata.configuration.planned);
    return metadata;
  }
  metadata.configuration.published = texts_in(json, "distributions");
  metadata.stream = stream_in(json, metadata.configuration);
  if (has(json, "mitigation")) {
    metadata.role = role_from(json["mitigation"], metadata.stream, metadata.segment);
  }
  return metadata;
}

}  // namespace

std::string hgrm_metadata(const HgrmMetadata& metadata) {
  Json json = metadata_json(
      {metadata.run_id, metadata.instance, metadata.timestamp, metadata.environment_digest,
       metadata.environment ? &*metadata.environment : nullptr, metadata.stream, metadata.segment,
       metadata.configuration, metadata.role ? &*metadata.role : nullptr});
  if (!metadata.merged_from.empty()) json[kMergedFrom] = metadata.merged_from;
  return dump(json);
}

std::string hgrm_metadata(const RunResult& run, const ConfigurationResult& configuration,
                          Segment segment, const std::string& stream) {
  return metadata_text(run, configuration, stream, segment, nullptr);
}

std::string hgrm_metadata(const RunResult& run, const MitigationResult& mitigation,
                          bool of_baseline, Segment segment, const std::string& stream) {
  const RepeatedResult& side = of_baseline ? mitigation.baseline : mitigation.mitigation;
  const MitigationRole role{mitigation.info, of_baseline, side.repeats};
  return metadata_text(run, side.pooled, stream, segment, &role);
}

std::string hgrm_metadata(const RunResult& run, const RunFailure& failure) {
  Json json = header_json(run.run_id, run.instance, run.timestamp,
                          environment_digest(run.environment), &run.environment);
  write_plan(failure.planned.value(), json);
  json["failure"] = failure_json(failure);
  return dump(json);
}

HgrmMetadata parse_hgrm_metadata(std::string_view text) {
  return metadata_from(parse_object(text));
}

std::optional<HgrmMetadata> parse_unless_values(std::string_view text) {
  const Json json = parse_object(text);
  if (is_of_values(json)) return std::nullopt;
  return metadata_from(json);
}

std::string values_metadata(std::string_view source, const std::vector<std::string>& merged) {
  Json json = {
      {"schema_version", kSchemaVersion}, {"kind", "values"}, {"source", source}, {"unit", "ns"}};
  if (!merged.empty()) json[kMergedFrom] = merged;
  return dump(json);
}

bool is_values_metadata(std::string_view text) {
  return is_of_values(parse_object(text));
}

std::vector<std::string> merged_from(std::string_view text) {
  return texts_in(parse_object(text), kMergedFrom);
}

}  // namespace walbench::metrics
