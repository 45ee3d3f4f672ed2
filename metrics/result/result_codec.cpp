#include "metrics/result/result_codec.hpp"

#include <nlohmann/json.hpp>

#include "metrics/histogram/histogram_codec.hpp"
#include "metrics/result/facts_json.hpp"
#include "metrics/result/json_fields.hpp"
#include "metrics/segment.hpp"

namespace walbench::metrics {
namespace {

using Json = nlohmann::ordered_json;
using namespace json_fields;

Segment segment_of(const Json& json) {
  const auto segment = segment_from_name(text_in(json, "segment"));
  if (!segment) refuse("names a segment that does not exist");
  return *segment;
}

}  // namespace

std::string encode_result(const ConfigurationResult& result) {
  Json json;
  write_facts(result, json);
  json["log"] = result.interval_log.string();
  json["histograms"] = Json::array();
  for (const Stream* const stream : result.streams()) {
    for (const SegmentHistogram& each : stream->segments) {
      json["histograms"].push_back({{"stream", result.name_of(*stream)},
                                    {"segment", segment_name(each.segment)},
                                    {"counts", encode_histogram(each.histogram)}});
    }
  }
  std::string bytes;
  Json::to_cbor(json, bytes);
  return bytes;
}

ConfigurationResult decode_result(std::string_view bytes) {
  const Json json = Json::from_cbor(bytes, true, false);
  if (!json.is_object()) refuse("is not a result");
  ConfigurationResult result = read_facts(json);
  result.interval_log = text_in(json, "log");
  for (const Json& each : list_in(json, "histograms")) {
    const std::string name = text_in(each, "stream");
    for (Stream* const stream : result.streams()) {
      if (result.name_of(*stream) != name) continue;
      stream->segments.push_back(
          {segment_of(each),
           decode_histogram(field(each, "counts").get_ref<const std::string&>())});
    }
  }
  return result;
}

}  // namespace walbench::metrics
