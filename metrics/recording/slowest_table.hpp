#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "metrics/recording/timing_record.hpp"
#include "metrics/slowest_lifecycles.hpp"

namespace walbench::metrics {

/// Sums the exclusive parts of lifecycles by how long their fsm_net was, so that the parts of the
/// slowest ones are known at the end, in memory that does not grow with the lifecycles. Lifecycles
/// whose fsm_net differs by less than 1/32 may share a row; of the last row that is needed a share
/// is taken. One owner at a time.
class SlowestTable {
 public:
  SlowestTable();

  /// Counts a record that has an fsm_net; others are none of a lifecycle that ended.
  void add(const TimingRecord& record);

  /// The slowest 1 %, rounded up to a whole number; without lifecycles a count of 0.
  SlowestLifecycles slowest() const;

 private:
  std::vector<SlowestLifecycles> rows_;  ///< by rising fsm_net
  std::int64_t count_ = 0;
};

}  // namespace walbench::metrics
