#include "tools/program/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace walbench::tools {
namespace {

struct Decoded {
  std::uint32_t code_point;
  std::size_t length;  ///< 0 where the bytes are not UTF-8
};

Decoded decode_utf8(std::string_view text) {
  const auto byte = [&](std::size_t index) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[index]));
  };
  const std::uint32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xF5   ? 0
                             : first >= 0xF0 ? 4
                             : first >= 0xE0 ? 3
                             : first >= 0xC2 ? 2
                                             : 0;
  if (length == 0 || length > text.size()) return {0, 0};
  std::uint32_t code_point = first & (0x7FU >> length);
  for (std::size_t index = 1; index < length; ++index) {
    if ((byte(index) & 0xC0U) != 0x80U) return {0, 0};
    code_point = (code_point << 6U) | (byte(index) & 0x3FU);
  }
  constexpr std::array<std::uint32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (code_point < kSmallest[length] || code_point > 0x10FFFF || surrogate) return {0, 0};
  return {code_point, length};
}

bool steers_terminal(std::uint32_t code_point) {
  const bool control = code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0);
  const bool direction = code_point == 0x061C || code_point == 0x200E || code_point == 0x200F ||
                         (code_point >= 0x2028 && code_point <= 0x202E) ||
                         (code_point >= 0x2066 && code_point <= 0x2069);
  return control || direction;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto [code_point, length] = decode_utf8(text);
    if (length == 0 || (length == 1 && steers_terminal(code_point))) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
      text.remove_prefix(1);
      continue;
    }
    if (steers_terminal(code_point)) {
      out += fmt::format("\\u{{{:04x}}}", code_point);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return out;
}

std::string with_thousands(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string with_thousands(double number) {
  return with_thousands(static_cast<std::int64_t>(std::llround(number)));
}

std::string format_bytes(std::int64_t bytes) {
  const auto size = static_cast<double>(bytes);
  if (size < 1e5) return with_thousands(bytes) + " B";
  if (size < 1e6) return fmt::format("{:.0f} kB", size / 1e3);
  if (size < 1e9) return fmt::format("{:.1f} MB", size / 1e6);
  return fmt::format("{:.2f} GB", size / 1e9);
}

}  // namespace walbench::tools
