#include "metrics/result/configuration_result.hpp"

#include <algorithm>

namespace walbench::metrics {

std::vector<const Stream*> ConfigurationResult::streams() const {
  std::vector<const Stream*> all = {&main};
  std::ranges::transform(others, std::back_inserter(all), [](const Stream& each) { return &each; });
  return all;
}

std::vector<Stream*> ConfigurationResult::streams() {
  std::vector<Stream*> all = {&main};
  std::ranges::transform(others, std::back_inserter(all), [](Stream& each) { return &each; });
  return all;
}

const Stream* ConfigurationResult::find_stream(std::string_view name) const {
  const std::vector<const Stream*> all = streams();
  const auto found =
      std::ranges::find(all, name, [this](const Stream* each) { return name_of(*each); });
  return found == all.end() ? nullptr : *found;
}

}  // namespace walbench::metrics
