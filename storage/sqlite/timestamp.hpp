#pragma once

#include <array>

namespace walbench::storage {

/// A moment as the database stores it: `2026-01-31T23:59:59.123456`, UTC, and a closing zero.
using TimestampText = std::array<char, 27>;

/// The present moment by the system clock.
TimestampText timestamp_now();

}  // namespace walbench::storage
