#pragma once

#include <cstdint>
#include <string>

namespace walbench::metrics {

/// What one thread writes with the statements of a lifecycle and nothing around them, so many
/// transitions in a transaction: no strategy that commits as many together can do more. Measured
/// before and after the configuration that is held against it.
struct CeilingPoint {
  std::int64_t group_size = 1;
  std::string checkpoint;        ///< who checkpointed: `auto`, `background`, `off`
  double writes_per_second = 0;  ///< the median of its rounds
  double least_per_second = 0;   ///< of a round
  double most_per_second = 0;    ///< likewise

  bool operator==(const CeilingPoint&) const = default;
};

}  // namespace walbench::metrics
