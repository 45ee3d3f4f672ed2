#pragma once

#include <cstdint>

namespace walbench::metrics {

/// The groups that a committer made of the writes; all 0 where there is none.
struct GroupsCommitted {
  std::int64_t groups = 0;
  std::int64_t writes = 0;
  std::int64_t size_p50 = 0;
  std::int64_t size_max = 0;

  double size_mean() const {
    return groups == 0 ? 0 : static_cast<double>(writes) / static_cast<double>(groups);
  }
  bool operator==(const GroupsCommitted&) const = default;
};

}  // namespace walbench::metrics
