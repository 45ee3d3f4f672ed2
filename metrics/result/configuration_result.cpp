#include "metrics/result/configuration_result.hpp"

#include <algorithm>

namespace walbench::metrics {

const Histogram* ConfigurationResult::find(Segment segment) const {
  const auto found = std::ranges::find(segments, segment, &SegmentHistogram::segment);
  return found == segments.end() ? nullptr : &found->histogram;
}

}  // namespace walbench::metrics
