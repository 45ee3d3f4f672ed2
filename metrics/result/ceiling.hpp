#pragma once

#include <cstdint>
#include <string>

namespace walbench::metrics {

/// What one thread writes with the statements of a lifecycle and nothing around them, so many
/// transitions in a transaction: no strategy that commits as many together can do more.
struct CeilingPoint {
  std::int64_t group_size = 1;
  std::string checkpoint;  ///< who checkpointed: `auto`, `background`, `off`
  double writes_per_second = 0;

  bool operator==(const CeilingPoint&) const = default;
};

}  // namespace walbench::metrics
