#include "engine/workload/workload.hpp"

#include <algorithm>

namespace walbench::engine {

void IterationCounts::add(const IterationCounts& other) {
  writes += other.writes;
  commits += other.commits;
  api_calls += other.api_calls;
  api_failures += other.api_failures;
  row_bytes_changed += other.row_bytes_changed;
  lock_wait_longest_ns = std::max(lock_wait_longest_ns, other.lock_wait_longest_ns);
}

}  // namespace walbench::engine
