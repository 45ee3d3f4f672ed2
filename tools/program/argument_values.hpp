#pragma once

#include <fmt/format.h>

#include <charconv>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace walbench::tools {

/// Throws std::invalid_argument with a sentence that begins with the option.
[[noreturn]] void refuse(std::string_view option, std::string_view why);

/// The number that `text` is, whole and from `least` to `most`; otherwise refuses it.
template <typename Integer>
Integer whole_number(std::string_view option, std::string_view text, Integer least, Integer most) {
  Integer value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end || value < least || value > most) {
    refuse(option, fmt::format("'{}' is no whole number from {} to {}", text, least, most));
  }
  return value;
}

/// The parts between commas, none of which may be there twice.
std::vector<std::string> list_of(std::string_view option, std::string_view text);

/// Calls a parser whose complaints do not name the option.
template <typename Parse>
auto parsed(std::string_view option, const Parse& parse) {
  try {
    return parse();
  } catch (const std::invalid_argument& error) {
    refuse(option, error.what());
  }
}

}  // namespace walbench::tools
