#include "metrics/publish/distribution_comparison_json.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "metrics/publish/run_comparison_json.hpp"

namespace walbench::metrics {
namespace {

using Json = nlohmann::ordered_json;

Json number(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

Json told(const std::optional<ToldValue>& value) {
  if (!value) return nullptr;
  return {{"value", value->value}, {"above", number(value->above)}};
}

Json change_json(const DistributionChange& change) {
  Json json = {{"before_file", change.before_name},
               {"after_file", change.after_name},
               {"unit", change.unit.empty() ? "unit of the file" : change.unit},
               {"samples_before", change.samples_before},
               {"samples_after", change.samples_after},
               {"samples_per_second_before", number(change.rate_before)},
               {"samples_per_second_after", number(change.rate_after)},
               {"percentiles", Json::array()}};
  for (const PercentileChange& each : change.percentiles) {
    Json row = {{"percentile", each.percentile},
                {"before", told(each.before)},
                {"after", told(each.after)},
                {"ratio", number(each.ratio)}};
    row["ratio_low"] = each.interval ? Json(each.interval->low) : Json();
    row["ratio_high"] = each.interval ? Json(each.interval->high) : Json();
    row["verdict"] = each.verdict ? Json(verdict_name(*each.verdict)) : Json();
    json["percentiles"].push_back(std::move(row));
  }
  return json;
}

}  // namespace

std::string distribution_comparison_json(const DistributionComparison& comparison) {
  Json json = {{"schema_version", kComparisonSchemaVersion},
               {"kind", "comparison"},
               {"distributions", Json::array()},
               {"left_out", comparison.left_out}};
  for (const DistributionChange& change : comparison.changes) {
    json["distributions"].push_back(change_json(change));
  }
  return json.dump(1, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace walbench::metrics
