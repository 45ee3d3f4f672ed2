#pragma once

#include "metrics/clock.hpp"
#include "metrics/self_cost.hpp"

namespace walbench::metrics {

/// Measures what reading the clock and recording cost. Takes a few milliseconds.
SelfCost measure_self_cost(const Clock& clock);

}  // namespace walbench::metrics
