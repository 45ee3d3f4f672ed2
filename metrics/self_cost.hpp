#pragma once

#include <cstdint>

namespace walbench::metrics {

/// The costs of measuring itself, in nanoseconds.
struct SelfCost {
  std::int64_t clock_resolution_ns = 0;  ///< the smallest step between two different readings
  double clock_read_ns = 0;              ///< one reading of the clock
  double record_enqueue_ns = 0;          ///< handing over one lifecycle's timings
  double sample_record_ns = 0;           ///< one histogram sample, in the collector's thread
};

}  // namespace walbench::metrics
