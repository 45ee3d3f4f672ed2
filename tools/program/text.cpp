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

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

/// Controls, marks of the direction of writing and of line ends, and what shows nothing at all.
constexpr std::array<Range, 18> kMadeVisible = {{{0x00, 0x1F},
                                                 {0x7F, 0x9F},
                                                 {0xAD, 0xAD},
                                                 {0x34F, 0x34F},
                                                 {0x61C, 0x61C},
                                                 {0x115F, 0x1160},
                                                 {0x17B4, 0x17B5},
                                                 {0x180B, 0x180F},
                                                 {0x200B, 0x200F},
                                                 {0x2028, 0x202E},
                                                 {0x2060, 0x206F},
                                                 {0x2800, 0x2800},
                                                 {0x3164, 0x3164},
                                                 {0xFEFF, 0xFEFF},
                                                 {0xFFA0, 0xFFA0},
                                                 {0xFFF0, 0xFFFB},
                                                 {0x1D173, 0x1D17A},
                                                 {0xE0000, 0xE0FFF}}};

bool must_be_made_visible(std::uint32_t code_point) {
  if (code_point >= 0x20 && code_point < 0x7F) return false;
  return std::ranges::any_of(kMadeVisible, [&](const Range& range) {
    return code_point >= range.first && code_point <= range.last;
  });
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto [code_point, length] = decode_utf8(text);
    if (length == 0 || (length == 1 && must_be_made_visible(code_point))) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
      text.remove_prefix(1);
      continue;
    }
    if (must_be_made_visible(code_point)) {
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
