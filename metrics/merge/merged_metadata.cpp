#include "metrics/merge/merged_metadata.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "metrics/format_error.hpp"
#include "metrics/publish/result_json.hpp"
#include "metrics/result/json_fields.hpp"
#include "metrics/result/run_result.hpp"

namespace walbench::metrics {
namespace {

using namespace json_fields;

constexpr const char* kMergedFrom = "merged_from";

Json parse(std::string_view text) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object()) refuse("is no JSON object");
  return json;
}

/// FNV-1a, which needs no library and is the same everywhere.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  return hash;
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<std::string> listed(const Json& json) {
  std::vector<std::string> fingerprints;
  for (const Json& each : list_in(json, kMergedFrom)) {
    if (!each.is_string()) refuse("has 'merged_from' with something that is no text");
    fingerprints.push_back(each.get<std::string>());
  }
  return fingerprints;
}

}  // namespace

std::string fingerprint_of(std::string_view text) {
  return fmt::format("{:016x}", hash_of(text));
}

bool is_merged_metadata(std::string_view metadata) {
  return has(parse(metadata), kMergedFrom);
}

std::vector<std::string> fingerprints_in(std::string_view metadata) {
  Json json = parse(metadata);
  if (has(json, kMergedFrom)) return listed(json);
  json.erase("segment");
  return {fingerprint_of(dump(json))};
}

std::vector<std::string> fingerprints_in(std::string_view metadata,
                                         std::string_view encoded_histogram) {
  const Json json = parse(metadata);
  if (has(json, kMergedFrom)) return listed(json);
  return {fingerprint_of(fmt::format("{}\n{}", metadata, encoded_histogram))};
}

void require_nanoseconds(std::string_view metadata) {
  if (text_in(parse(metadata), "unit") != "ns") refuse("has a unit other than ns");
}

std::string merged_metadata(const MergedRun& run, const ConfigurationResult& configuration,
                            Segment segment) {
  RunResult shell;
  shell.run_id = run.run_id;
  shell.timestamp = run.timestamp;
  shell.environment = run.environment.value_or(Environment());
  Json json = parse(hgrm_metadata(shell, configuration, segment));
  json["environment_digest"] = run.environment_digest;
  if (!run.environment) json.erase("environment");
  json[kMergedFrom] = run.fingerprints;
  return dump(json);
}

std::string merged_values_metadata(std::string_view source,
                                   const std::vector<std::string>& fingerprints) {
  Json json = parse(values_metadata(source));
  json[kMergedFrom] = fingerprints;
  return dump(json);
}

std::string digest_of(std::vector<std::string> texts) {
  std::ranges::sort(texts);
  const std::uint64_t hash = hash_of(fmt::format("{}", fmt::join(texts, "\n")));
  return fmt::format("{:08x}", static_cast<std::uint32_t>(hash ^ hash >> 32U));
}

}  // namespace walbench::metrics
