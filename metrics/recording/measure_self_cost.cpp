#include "metrics/recording/measure_self_cost.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "metrics/histogram/histogram.hpp"
#include "metrics/recording/timing_queue.hpp"

namespace walbench::metrics {
namespace {

/// The smallest step between two different readings.
std::int64_t clock_resolution_ns(const Clock& clock) {
  std::int64_t smallest = INT64_MAX;
  for (int round = 0; round < 1000; ++round) {
    const std::int64_t before = clock.now_ns();
    std::int64_t after = clock.now_ns();
    for (int tries = 0; after == before && tries < 100'000; ++tries) {
      after = clock.now_ns();
    }
    if (after > before) smallest = std::min(smallest, after - before);
  }
  return smallest == INT64_MAX ? 0 : smallest;
}

constexpr int kCostBatches = 5;
constexpr int kCallsPerBatch = 2000;

/// Nanoseconds a call of `operation`, as the best of a few batches: interruptions only add. What
/// `between` does, once a batch, is not timed.
template <typename Operation, typename Between>
double cost_ns(const Clock& clock, const Operation& operation, const Between& between) {
  std::int64_t best = INT64_MAX;
  for (int batch = 0; batch < kCostBatches; ++batch) {
    const std::int64_t started = clock.now_ns();
    for (int call = 0; call < kCallsPerBatch; ++call) {
      operation(call);
    }
    best = std::min(best, clock.now_ns() - started);
    between();
  }
  return static_cast<double>(best) / kCallsPerBatch;
}

}  // namespace

SelfCost measure_self_cost(const Clock& clock) {
  SelfCost cost;
  cost.clock_resolution_ns = clock_resolution_ns(clock);
  volatile std::int64_t sink = 0;
  cost.clock_read_ns = cost_ns(
      clock, [&](int) { sink = clock.now_ns(); }, [] {});

  TimingQueue queue(1);
  std::vector<TimingRecord> drained(kCallsPerBatch);
  const TimingRecord record;
  cost.record_enqueue_ns = cost_ns(
      clock, [&](int) { queue.producer(0).enqueue(record); },
      [&] { sink = static_cast<std::int64_t>(queue.drain(drained)); });

  Histogram histogram;
  cost.sample_record_ns = cost_ns(
      clock, [&](int call) { sink = histogram.record(std::int64_t{1000} * call) ? 1 : 0; }, [] {});
  return cost;
}

}  // namespace walbench::metrics
