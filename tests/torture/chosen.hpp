#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

namespace walbench::torture {

/// True if every call is to fail once, not only some: WALBENCH_TORTURE=all.
inline bool exhaustive() {
  const char* const wanted = std::getenv("WALBENCH_TORTURE");
  return wanted != nullptr && std::string(wanted) == "all";
}

/// Which calls of so many are to fail: all (every `stride`-th), or the first, the last, and some
/// between.
inline std::vector<std::int64_t> chosen(std::int64_t calls, std::int64_t stride = 1) {
  std::vector<std::int64_t> numbers;
  if (exhaustive()) {
    for (std::int64_t number = 1; number <= calls; number += stride) {
      numbers.push_back(number);
    }
    return numbers;
  }
  if (calls == 0) return numbers;
  static std::minstd_rand random(20'261'128);
  numbers = {1, calls};
  for (int drawn = 0; drawn < 2; ++drawn) {
    numbers.push_back(std::uniform_int_distribution<std::int64_t>(1, calls)(random));
  }
  std::ranges::sort(numbers);
  numbers.erase(std::ranges::unique(numbers).begin(), numbers.end());
  return numbers;
}

}  // namespace walbench::torture
