#include "engine/plan.hpp"

#include <algorithm>

namespace walbench::engine {

std::string_view profile_name(Profile profile) {
  return profile == Profile::realistic ? "realistic" : "zero";
}

std::chrono::nanoseconds ConfigurationPlan::api_time() const {
  constexpr std::int64_t kCallsPerFile = 2;
  constexpr double kLongestNs = 9e18;  // below the largest std::int64_t
  const std::int64_t rounds = (files + threads - 1) / threads;
  const double ns = static_cast<double>(api_delay.count()) * static_cast<double>(kCallsPerFile) *
                    static_cast<double>(rounds);
  return std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(ns, kLongestNs)));
}

void order_fastest_first(std::vector<ConfigurationPlan>& configurations) {
  const auto before = [](const ConfigurationPlan& one, const ConfigurationPlan& other) {
    if (one.profile != other.profile) return one.profile == Profile::zero;
    return one.profile == Profile::zero ? one.threads < other.threads : one.threads > other.threads;
  };
  std::ranges::stable_sort(configurations, before);
}

}  // namespace walbench::engine
