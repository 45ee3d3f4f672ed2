#pragma once

#include <string_view>
#include <vector>

#include "metrics/result/mitigation_result.hpp"
#include "storage/axes.hpp"

namespace walbench::engine {

/// What can be done about contention for the write lock, and what is said about it in results.
struct Mitigation {
  metrics::MitigationInfo info;
  storage::Axes axes;
};

/// All that can be measured, from the simplest to the most involved.
const std::vector<Mitigation>& all_mitigations();

/// The mitigations of that name: one, but for `reduced-guards`, which brings `select-guard` with
/// it, because what a guard costs shows only beside the read-then-write that people ship. Empty
/// where there is none.
std::vector<Mitigation> find_mitigations(std::string_view name);

}  // namespace walbench::engine
