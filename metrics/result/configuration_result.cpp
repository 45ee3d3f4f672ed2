#include "metrics/result/configuration_result.hpp"

#include <algorithm>
#include <iterator>

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

std::vector<std::string> ConfigurationResult::distributions() const {
  std::vector<std::string> names;
  for (const Stream* const stream : streams()) {
    const std::string name = name_of(*stream);
    for (const SegmentHistogram& each : stream->segments) {
      names.push_back(segment_name(name, each.segment));
    }
  }
  return names;
}

std::vector<std::string> ConfigurationResult::missing() const {
  const std::vector<std::string> here = distributions();
  std::vector<std::string> names;
  std::ranges::copy_if(published, std::back_inserter(names), [&](const std::string& each) {
    return std::ranges::find(here, each) == here.end();
  });
  return names;
}

const Stream* ConfigurationResult::find_stream(std::string_view name) const {
  const std::vector<const Stream*> all = streams();
  const auto found =
      std::ranges::find(all, name, [this](const Stream* each) { return name_of(*each); });
  return found == all.end() ? nullptr : *found;
}

}  // namespace walbench::metrics
