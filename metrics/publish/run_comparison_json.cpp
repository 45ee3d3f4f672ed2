#include "metrics/publish/run_comparison_json.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "metrics/publish/findings_json.hpp"
#include "metrics/result/figures.hpp"
#include "metrics/result/figures_json.hpp"

namespace walbench::metrics {
namespace {

using Json = nlohmann::ordered_json;

Json side_json(const ConfigurationPlanned& planned, std::size_t runs, std::size_t failed) {
  ConfigurationResult side;
  side.planned = planned;
  Json json;
  write_figures(configuration_figures(), side, json,
                [](const auto& figure) { return figure.plan == PlanClass::identity; });
  json["runs"] = runs;
  json["failed"] = failed;
  return json;
}

Json configuration_change_json(const ConfigurationChange& configuration) {
  Json json = {{"configuration", configuration.label},
               {"before", side_json(configuration.before, configuration.runs_before,
                                    configuration.failed_before)},
               {"after", side_json(configuration.after, configuration.runs_after,
                                   configuration.failed_after)},
               {"percentiles", Json::array()}};
  for (const FigureChange& figure : configuration.figures) {
    if (figure.segment) {
      Json percentile = {{"segment", segment_name(figure.stream, *figure.segment)},
                         {"percentile", figure.percentile}};
      percentile.update(change_json(figure));
      json["percentiles"].push_back(std::move(percentile));
    } else {
      json["transitions_per_second"] = change_json(figure);
    }
  }
  json["notes"] = configuration.notes;
  json["failures"] = configuration.failures;
  return json;
}

Json limit_json(const ChangeVerdict& verdict) {
  return {{"limit", verdict.limit},
          {"configuration", verdict.configuration},
          {"verdict", outcome_name(verdict.outcome)},
          {"passed", verdict.outcome != LimitOutcome::failed},
          {"evidence", verdict.evidence}};
}

}  // namespace

std::string run_comparison_json(const RunMatch& match, const RunComparison& comparison,
                                const std::vector<ChangeVerdict>& limits) {
  Json json = {{"schema_version", kComparisonSchemaVersion},
               {"kind", "comparison"},
               {"intervals", comparison.intervals},
               {"joint_confidence", 1 - kChanceOfAnyMiss},
               {"interval_confidence", 1 - comparison.chance_of_miss()},
               {"limit_intervals", comparison.limited_intervals},
               {"limit_interval_confidence", 1 - comparison.limited_chance_of_miss()},
               {"differences", match.differences},
               {"notes", match.notes},
               {"only_before", match.only_before},
               {"only_after", match.only_after},
               {"configurations", Json::array()},
               {"limits", Json::array()}};
  for (const ConfigurationChange& each : comparison.configurations) {
    json["configurations"].push_back(configuration_change_json(each));
  }
  for (const ChangeVerdict& each : limits) {
    json["limits"].push_back(limit_json(each));
  }
  // All but ASCII is escaped: what files say goes to a terminal here.
  return json.dump(1, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace walbench::metrics
