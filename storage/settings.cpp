#include "storage/settings.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace walbench::storage {

std::string_view synchronous_name(Synchronous value) {
  constexpr std::array<std::string_view, 3> kNames = {"off", "normal", "full"};
  return kNames[static_cast<std::size_t>(value)];
}

std::string checkpoint_name(const CheckpointPlan& plan) {
  constexpr std::array<std::string_view, 4> kKinds = {"passive", "full", "restart", "truncate"};
  switch (plan.mode) {
    case CheckpointMode::automatic: return "auto";
    case CheckpointMode::off: return "off";
    case CheckpointMode::background: break;
  }
  return "background:" + std::string(kKinds[static_cast<std::size_t>(plan.kind)]);
}

std::string pragmas_text(const std::vector<Pragma>& pragmas) {
  std::string text;
  for (const Pragma& each : pragmas) {
    text.append(text.empty() ? "" : "+").append(each.name).append("=").append(each.value);
  }
  return text;
}

void ConnectionSettings::set_pragma(const Pragma& pragma) {
  const auto found = std::ranges::find(pragmas, pragma.name, &Pragma::name);
  if (found == pragmas.end()) {
    pragmas.push_back(pragma);
  } else {
    *found = pragma;
  }
}

}  // namespace walbench::storage
