#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/workload/workload.hpp"
#include "storage/storage_error.hpp"

namespace walbench::engine {

/// The failures of one statement with one outcome.
struct FailureCounts {
  std::size_t statement = 0;  ///< its index among the workload's
  storage::Outcome outcome = storage::Outcome::failed;
  std::int64_t count = 0;
  std::int64_t at_once = 0;  ///< without any sleep in the busy handler
  std::int64_t waited_ns = 0;
  std::int64_t waited_longest_ns = 0;
};

/// Sums over iterations. Used by one thread at a time.
struct IterationTotals {
  IterationCounts counts;
  std::int64_t iterations = 0;
  std::array<std::int64_t, storage::kOutcomes> ended = {};  ///< by outcome
  std::vector<std::int64_t> tries;  ///< how many took one try, two, three, ...
  std::vector<FailureCounts> failures;
  std::string reason;  ///< of the first that failed for a reason that is no lost race

  void add(const IterationOutcome& outcome);
  void add(const IterationTotals& others);

  std::int64_t ended_in(storage::Outcome outcome) const {
    return ended[static_cast<std::size_t>(outcome)];
  }
};

}  // namespace walbench::engine
