#pragma once

#include <string>
#include <string_view>

namespace walbench::metrics {

/// 16 hex digits over a text, the same on every machine (FNV-1a). Tells texts apart that nobody
/// chose to collide.
std::string fingerprint_of(std::string_view text);

}  // namespace walbench::metrics
