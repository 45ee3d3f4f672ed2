#include "metrics/result/facts_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "metrics/result/figures.hpp"
#include "metrics/result/figures_json.hpp"
#include "metrics/result/json_fields.hpp"
#include "metrics/result/limit.hpp"

namespace walbench::metrics {

using Json = nlohmann::ordered_json;
using namespace json_fields;

namespace {

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

Json failures_json(const std::vector<StatementFailures>& failures) {
  Json json = Json::array();
  for (const StatementFailures& each : failures) {
    json.push_back({{"statement", each.statement},
                    {"outcome", each.outcome},
                    {"count", each.count},
                    {"at_once", each.at_once},
                    {"waited_ns", each.waited_ns},
                    {"waited_longest_ns", each.waited_longest_ns}});
  }
  return json;
}

std::vector<StatementFailures> failures_from(const Json& json) {
  std::vector<StatementFailures> failures;
  for (const Json& each : list_in(json, "failures")) {
    failures.push_back({text_in(each, "statement"), text_in(each, "outcome"),
                        count_in(each, "count"), count_in(each, "at_once"),
                        count_in(each, "waited_ns"), count_in(each, "waited_longest_ns")});
  }
  return failures;
}

Json keepers_json(const std::vector<WalKeeper>& keepers) {
  Json json = Json::array();
  for (const WalKeeper& each : keepers) {
    json.push_back({{"who", each.who},
                    {"times", each.times},
                    {"longest_ns", each.longest_ns},
                    {"frames", each.frames_most}});
  }
  return json;
}

std::vector<WalKeeper> keepers_from(const Json& json) {
  std::vector<WalKeeper> keepers;
  for (const Json& each : list_in(json, "wal_keepers")) {
    keepers.push_back({text_in(each, "who"), count_in(each, "times"), count_in(each, "longest_ns"),
                       count_in(each, "frames")});
  }
  return keepers;
}

/// Throws if it is none.
void require_limit(const std::string& text) {
  try {
    parse_limit(text);
  } catch (const std::invalid_argument& error) {
    refuse(fmt::format("has 'planned_limits' with something else: {}", error.what()));
  }
}

bool is_of_plan(const Figure<ConfigurationResult>& figure) {
  return figure.plan == PlanClass::identity || figure.plan == PlanClass::workload ||
         figure.plan == PlanClass::told;
}

}  // namespace

void write_facts(const ConfigurationResult& configuration, Json& json) {
  write_figures(configuration_figures(), configuration, json);
  if (!configuration.failures.empty()) json["failures"] = failures_json(configuration.failures);
  if (configuration.reuse && !configuration.reuse->keepers.empty()) {
    json["wal_keepers"] = keepers_json(configuration.reuse->keepers);
  }
  if (!has_streams_to_tell(configuration)) return;
  for (const Stream* const stream : configuration.streams()) {
    write_figures(stream_figures(), *stream, json["streams"].emplace_back());
  }
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
  if (has(json, "failures")) configuration.failures = failures_from(json);
  if (configuration.reuse && has(json, "wal_keepers")) {
    configuration.reuse->keepers = keepers_from(json);
  }
  if (has(json, "streams")) read_streams(json, configuration);
  std::ranges::for_each(configuration.planned.limits, require_limit);
  return configuration;
}

}  // namespace walbench::metrics
