#include "storage/settings.hpp"

#include <array>
#include <cstddef>

namespace walbench::storage {

std::string_view synchronous_name(Synchronous value) {
  constexpr std::array<std::string_view, 3> kNames = {"off", "normal", "full"};
  return kNames[static_cast<std::size_t>(value)];
}

std::string_view checkpoint_mode_name(CheckpointMode value) {
  constexpr std::array<std::string_view, 3> kNames = {"auto", "background", "off"};
  return kNames[static_cast<std::size_t>(value)];
}

}  // namespace walbench::storage
