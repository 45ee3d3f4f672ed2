#include "storage/strategies.hpp"

#include <algorithm>

namespace walbench::storage {

AxesRisk risk_of(const Axes& axes) {
  if (axes.commit.batch_size() > 1) {
    return {"transitions are acknowledged before they are durable: a crash loses up to " +
                std::to_string(axes.commit.batch_size() - 1) + " of them",
            false};
  }
  if (axes.guard == GuardAxis::select) {
    const auto* const known = std::ranges::find(
        kStrategies, axes.guard, [](const Strategy& each) { return each.axes.guard; });
    return {std::string(known->risk), false};
  }
  return {"none to data"};
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
