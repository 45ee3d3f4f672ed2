#pragma once

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <string>

#include "tests/support/example_results.hpp"

namespace walbench::metrics {

inline MitigationResult mitigation(const std::string& name,
                                   std::initializer_list<RepeatBrief> before,
                                   std::initializer_list<RepeatBrief> after,
                                   std::int64_t effort = 3) {
  return {example_info(name, effort), repeated("per-file", before), repeated(name, after)};
}

/// Three pairs in which throughput is multiplied by about that factor, and latency divided by it.
inline MitigationResult faster(const std::string& name, double factor, std::int64_t effort = 3) {
  constexpr std::int64_t kMs = 1'000'000;
  constexpr std::int64_t kSecond = 1000 * kMs;
  const auto divided = [factor](std::int64_t value) {
    return std::llround(static_cast<double>(value) / factor);
  };
  const auto brief = [&](std::int64_t percent) {
    return RepeatBrief{divided(percent * 10 * kMs), divided(percent * kMs)};
  };
  return mitigation(name, {{kSecond, 100 * kMs}, {kSecond, 100 * kMs}, {kSecond, 100 * kMs}},
                    {brief(100), brief(101), brief(99)}, effort);
}

}  // namespace walbench::metrics
