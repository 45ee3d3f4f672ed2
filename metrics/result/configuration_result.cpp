#include "metrics/result/configuration_result.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace walbench::metrics {

std::string configuration_label(const ConfigurationPlanned& planned) {
  return fmt::format("c={} {} {}", planned.threads, planned.profile, planned.strategy);
}

const Histogram* ConfigurationResult::find(Segment segment) const {
  const auto found = std::ranges::find(segments, segment, &SegmentHistogram::segment);
  return found == segments.end() ? nullptr : &found->histogram;
}

}  // namespace walbench::metrics
