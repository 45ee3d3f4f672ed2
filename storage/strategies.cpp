#include "storage/strategies.hpp"

#include <algorithm>

namespace walbench::storage {

std::string_view change_kind_name(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::setting: return "setting";
    case ChangeKind::pool: return "pool";
    case ChangeKind::code: return "code";
    case ChangeKind::architecture: return "architecture";
  }
  return "?";
}

std::optional<Strategy> find_strategy(std::string_view name) {
  const auto* const found = std::ranges::find(kStrategies, name, &Strategy::name);
  if (found == kStrategies.end()) return std::nullopt;
  return *found;
}

std::string describe_strategy(std::string_view base, const Axes& axes) {
  const auto* const exact = std::ranges::find(kStrategies, axes, &Strategy::axes);
  if (exact != kStrategies.end()) return std::string(exact->name);

  const Axes of_base = find_strategy(base).value_or(kStrategies.front()).axes;
  std::string name(base);
  for_each_axis([&](const auto& axis) {
    if (axes.*axis.member == of_base.*axis.member) return;
    std::string value = axis_name(axes.*axis.member);
    std::ranges::replace(value, ':', '-');  // names of files hold no colon
    const bool named_by_value = value.starts_with("batch-");
    name += named_by_value ? "+" + value : "+" + std::string(axis.name) + "-" + value;
  });
  return name;
}

}  // namespace walbench::storage
