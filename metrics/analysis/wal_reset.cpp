#include "metrics/analysis/wal_reset.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

#include "metrics/result/key.hpp"

namespace walbench::metrics {
namespace {

bool is_exposed(const RepeatedResult& side) {
  return side.pooled.planned.wal_reset_exposed;
}

}  // namespace

std::optional<std::string> wal_reset_advice(bool affected,
                                            const std::vector<ConfigurationResult>& configurations,
                                            const std::vector<MitigationResult>& mitigations) {
  if (!affected) return std::nullopt;
  std::vector<std::string> exposed;
  const auto look_at = [&exposed](const ConfigurationPlanned& planned) {
    const std::string label = configuration_label(planned);
    const bool known = std::ranges::find(exposed, label) != exposed.end();
    if (planned.wal_reset_exposed && !known) exposed.push_back(label);
  };
  for (const ConfigurationResult& each : configurations) {
    look_at(each.planned);
  }
  for (const MitigationResult& each : mitigations) {
    look_at(each.baseline.pooled.planned);
    look_at(each.mitigation.pooled.planned);
  }
  return fmt::format(
      "first of all use SQLite 3.51.3 or later, or 3.50.7 or 3.44.6 of their lines: the one that "
      "was "
      "loaded can lose committed transactions when a checkpoint overlaps a commit (the WAL-reset "
      "bug). {}",
      exposed.empty() ? "No plan of this run can meet it"
                      : fmt::format("Exposed here: {}", fmt::join(exposed, ", ")));
}

std::string risk_of(const MitigationResult& result) {
  constexpr std::string_view kNone = "none to data";
  const std::string& own = result.info.risk;
  if (!is_exposed(result.mitigation)) return own;
  const std::string text =
      "committed transactions may be lost to the WAL-reset bug, until SQLite is a version without "
      "it";
  if (!own.starts_with(kNone)) return own + "; " + text;
  return text + own.substr(kNone.size());
}

std::optional<std::string> newly_exposed(const MitigationResult& result) {
  if (!is_exposed(result.mitigation) || is_exposed(result.baseline)) return std::nullopt;
  return fmt::format(
      "{} can meet the WAL-reset bug, and {} cannot: do not change before SQLite is a version "
      "without it.",
      result.info.name, result.baseline.pooled.planned.strategy);
}

}  // namespace walbench::metrics
