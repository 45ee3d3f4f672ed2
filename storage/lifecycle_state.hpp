#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace walbench::storage {

/// The values that column `gemini_state` may hold.
enum class LifecycleState : std::uint8_t { untracked, uploading, processing, indexed, failed };

inline constexpr std::array<std::string_view, 5> kLifecycleStateNames = {
    "untracked", "uploading", "processing", "indexed", "failed"};

/// The state as the database spells it.
constexpr std::string_view state_name(LifecycleState state) {
  return kLifecycleStateNames[static_cast<std::size_t>(state)];
}

}  // namespace walbench::storage
