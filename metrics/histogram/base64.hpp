#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace walbench::metrics {

/// Base64 of RFC 4648 section 4: the standard alphabet (A-Z a-z 0-9 + /), padded with '=', on one
/// line. Both functions are pure and may be called from any thread.

std::string base64_encode(std::span<const std::uint8_t> bytes);

/// Accepts exactly what base64_encode() can produce. Throws FormatError, which names the position,
/// on any other character (white space and line breaks too), a length that is not a multiple of
/// four, misplaced padding, and padding bits that are not zero.
std::vector<std::uint8_t> base64_decode(std::string_view text);

}  // namespace walbench::metrics
