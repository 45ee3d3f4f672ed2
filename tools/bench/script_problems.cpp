#include "tools/bench/script_problems.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/program/text.hpp"

namespace walbench::tools {

std::string told(const std::vector<engine::ScriptProblem>& problems) {
  constexpr std::size_t kMostTold = 20;
  std::string lines;
  for (std::size_t index = 0; index < std::min(problems.size(), kMostTold); ++index) {
    lines += (index == 0 ? "" : "\n") + printable(problems[index].text());
  }
  if (problems.size() > kMostTold) {
    lines += fmt::format("\nand {} more", problems.size() - kMostTold);
  }
  return lines;
}

}  // namespace walbench::tools
