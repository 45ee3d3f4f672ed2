#pragma once

namespace walbench::metrics {

// Durations are counted in nanoseconds; these divide them for people.
inline constexpr double kNsPerMs = 1e6;
inline constexpr double kNsPerSecond = 1e9;

}  // namespace walbench::metrics
