#include "storage/settings.hpp"

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

}  // namespace walbench::storage
