#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace walbench::tools {

/// The text with everything that could steer a terminal made visible: control characters (C0, C1,
/// DEL), bytes that are not UTF-8, the marks that turn the direction of writing, and characters
/// that show nothing, each as \xNN or \u{NNNN}. For every string that comes from a file or a
/// command line.
std::string printable(std::string_view text);

/// `12,345,678`.
std::string with_thousands(std::int64_t number);
std::string with_thousands(double number);  ///< rounded to a whole number

/// `0 B`, `4,096 B`, `12.3 MB` (powers of 1000).
std::string format_bytes(std::int64_t bytes);

}  // namespace walbench::tools
