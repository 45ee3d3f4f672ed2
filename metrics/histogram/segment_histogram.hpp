#pragma once

#include "metrics/histogram/histogram.hpp"
#include "metrics/segment.hpp"

namespace walbench::metrics {

/// One segment's distribution, in nanoseconds.
struct SegmentHistogram {
  Segment segment;
  Histogram histogram;
};

}  // namespace walbench::metrics
