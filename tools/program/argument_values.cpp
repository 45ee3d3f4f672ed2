#include "tools/program/argument_values.hpp"

#include <algorithm>
#include <utility>

namespace walbench::tools {

void refuse(std::string_view option, std::string_view why) {
  throw std::invalid_argument(fmt::format("{}: {}", option, why));
}

std::vector<std::string> list_of(std::string_view option, std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    std::string part(text.substr(begin, end - begin));
    if (std::ranges::find(parts, part) != parts.end()) {
      refuse(option, fmt::format("{} is there twice", part));
    }
    parts.push_back(std::move(part));
    begin = end + 1;
  }
  return parts;
}

}  // namespace walbench::tools
