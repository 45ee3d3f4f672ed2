#include "metrics/histogram/base64.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "metrics/format_error.hpp"

namespace walbench::metrics {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNotADigit = 0xff;
constexpr std::size_t kGroupBytes = 3;
constexpr std::size_t kGroupChars = 4;

constexpr std::array<std::uint8_t, 256> kDigitValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNotADigit);
  for (std::size_t digit = 0; digit < kAlphabet.size(); ++digit) {
    values[static_cast<unsigned char>(kAlphabet[digit])] = static_cast<std::uint8_t>(digit);
  }
  return values;
}();

std::uint32_t digit_at(std::string_view text, std::size_t position) {
  const std::uint8_t value = kDigitValues[static_cast<unsigned char>(text[position])];
  if (value == kNotADigit) {
    throw FormatError(fmt::format("base64: no base64 digit at position {}", position));
  }
  return value;
}

std::size_t count_padding(std::string_view text) {
  if (text.ends_with("==")) return 2;
  return text.ends_with('=') ? 1 : 0;
}

}  // namespace

std::string base64_encode(std::span<const std::uint8_t> bytes) {
  std::string text;
  text.reserve((bytes.size() + kGroupBytes - 1) / kGroupBytes * kGroupChars);
  for (std::size_t start = 0; start < bytes.size(); start += kGroupBytes) {
    const std::size_t present = std::min(kGroupBytes, bytes.size() - start);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < kGroupBytes; ++i) {
      group = group << 8 | (i < present ? bytes[start + i] : 0U);
    }
    for (std::size_t i = 0; i < kGroupChars; ++i) {
      text += i <= present ? kAlphabet[group >> (18 - 6 * i) & 0x3f] : '=';
    }
  }
  return text;
}

std::vector<std::uint8_t> base64_decode(std::string_view text) {
  if (text.size() % kGroupChars != 0) {
    throw FormatError(
        fmt::format("base64: length {} is not a multiple of {}", text.size(), kGroupChars));
  }
  const std::size_t digits = text.size() - count_padding(text);
  std::vector<std::uint8_t> bytes;
  bytes.reserve(text.size() / kGroupChars * kGroupBytes);
  std::uint32_t pending = 0;
  int pending_bits = 0;
  for (std::size_t position = 0; position < digits; ++position) {
    pending = pending << 6 | digit_at(text, position);
    pending_bits += 6;
    if (pending_bits < 8) continue;
    pending_bits -= 8;
    bytes.push_back(static_cast<std::uint8_t>(pending >> pending_bits));
    pending &= (1U << pending_bits) - 1;
  }
  if (pending != 0) {
    throw FormatError(fmt::format("base64: bits left over at position {}", digits - 1));
  }
  return bytes;
}

}  // namespace walbench::metrics
