#include "metrics/result/run_difference.hpp"

#include <algorithm>
#include <iterator>

#include "metrics/result/figures.hpp"

namespace walbench::metrics {

std::vector<std::string> plan_differences(const ConfigurationResult& one,
                                          const ConfigurationResult& other) {
  std::vector<std::string> all =
      differences(configuration_figures(), PlanClass::workload, one, other);
  std::ranges::move(differences(configuration_figures(), PlanClass::setting, one, other),
                    std::back_inserter(all));
  return all;
}

std::vector<std::string> identity_differences(const ConfigurationResult& one,
                                              const ConfigurationResult& other) {
  return differences(configuration_figures(), PlanClass::identity, one, other);
}

std::vector<std::string> host_differences(const Environment& one, const Environment& other) {
  return differences(environment_figures(), PlanClass::host, one, other);
}

std::vector<std::string> other_differences(const Environment& one, const Environment& other) {
  return differences(environment_figures(), PlanClass::told, one, other);
}

}  // namespace walbench::metrics
