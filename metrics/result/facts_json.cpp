#include "metrics/result/facts_json.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "metrics/result/figures.hpp"
#include "metrics/result/figures_json.hpp"
#include "metrics/result/json_fields.hpp"

namespace walbench::metrics {
namespace {

using Json = nlohmann::ordered_json;
using namespace json_fields;

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

std::vector<TimeoutAdvice> timeouts_from(const Json& json) {
  std::vector<TimeoutAdvice> all;
  for (const Json& each : list_in(json, "timeout_advice")) {
    TimeoutAdvice advice{share_in(each, "chance"), count_in(each, "transactions"),
                         count_in(each, "transactions_needed"), std::nullopt};
    if (has(each, "timeout_ms")) advice.timeout_ms = count_in(each, "timeout_ms");
    all.push_back(advice);
  }
  return all;
}

Json verdicts_json(const std::vector<LimitVerdict>& verdicts) {
  Json json = Json::array();
  for (const LimitVerdict& verdict : verdicts) {
    json.push_back(
        {{"limit", verdict.limit}, {"passed", verdict.passed}, {"evidence", verdict.evidence}});
  }
  return json;
}

std::vector<LimitVerdict> verdicts_from(const Json& json) {
  std::vector<LimitVerdict> verdicts;
  for (const Json& verdict : list_in(json, "limits")) {
    verdicts.push_back(
        {text_in(verdict, "limit"), flag_in(verdict, "passed"), text_in(verdict, "evidence")});
  }
  return verdicts;
}

/// Each span ends after it began, and not after the next one begins.
void require_spans(const Spans& spans) {
  bool in_turn = spans.size() % 2 == 0 && std::ranges::is_sorted(spans);
  for (std::size_t index = 0; in_turn && index < spans.size(); index += 2) {
    in_turn = spans[index] < spans[index + 1];
  }
  if (!in_turn) refuse("has 'measured_epoch_ns' that is not starts and ends in turn");
}

/// The streams that are not as a reader assumes: one, of committed lifecycles.
bool has_streams_to_tell(const ConfigurationResult& configuration) {
  return !configuration.others.empty() || configuration.main.id != StreamId();
}

void read_streams(const Json& json, ConfigurationResult& configuration) {
  std::vector<Stream> all;
  for (const Json& each : list_in(json, "streams")) {
    read_figures(stream_figures(), each, all.emplace_back());
  }
  if (all.empty()) refuse("has no 'streams'");
  configuration.main = std::move(all.front());
  configuration.others.assign(std::make_move_iterator(all.begin() + 1),
                              std::make_move_iterator(all.end()));
}

bool is_of_plan(const Figure<ConfigurationResult>& figure) {
  return figure.plan == PlanClass::identity || figure.plan == PlanClass::workload ||
         figure.plan == PlanClass::told;
}

}  // namespace

void write_facts(const ConfigurationResult& configuration, Json& json) {
  write_figures(configuration_figures(), configuration, json);
  if (has_streams_to_tell(configuration)) {
    for (const Stream* const stream : configuration.streams()) {
      write_figures(stream_figures(), *stream, json["streams"].emplace_back());
    }
  }
  json["timeout_advice"] = timeouts_json(configuration.timeout_advice);
  json["limits"] = verdicts_json(configuration.verdicts);
}

void write_plan(const ConfigurationPlanned& planned, Json& json) {
  ConfigurationResult configuration;
  configuration.planned = planned;
  write_figures(configuration_figures(), configuration, json, is_of_plan);
}

ConfigurationPlanned read_plan(const Json& json) {
  ConfigurationResult configuration;
  read_figures(configuration_figures(), json, configuration, is_of_plan);
  return configuration.planned;
}

ConfigurationResult read_facts(const Json& json) {
  ConfigurationResult configuration;
  read_figures(configuration_figures(), json, configuration);
  require_spans(configuration.measured_epoch_ns);
  if (has(json, "streams")) read_streams(json, configuration);
  configuration.timeout_advice = timeouts_from(json);
  configuration.verdicts = verdicts_from(json);
  return configuration;
}

}  // namespace walbench::metrics
