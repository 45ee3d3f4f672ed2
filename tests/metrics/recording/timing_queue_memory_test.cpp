// Would catch: a crash of the queue, or a record that is lost without a word, if there is no memory
// for one allocation; whichever that is.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "metrics/recording/timing_queue.hpp"
#include "tests/support/failing_allocations.hpp"

namespace walbench::metrics {
namespace {

constexpr std::int64_t kRecords = 200;  // more than a block of the queue holds

TimingRecord numbered(std::int64_t number) {
  TimingRecord record;
  record.set(Segment::fsm_net, number);
  return record;
}

/// Fills a queue by a producer and without one, and returns how many records came out.
std::size_t fill_and_drain() {
  TimingQueue queue(2);
  for (std::int64_t number = 0; number < kRecords; ++number) {
    queue.producer(1).enqueue(numbered(number));
    queue.enqueue(numbered(number));
  }
  std::vector<TimingRecord> drained(kRecords * 3);
  std::size_t count = 0;
  while (const std::size_t more = queue.drain(drained)) {
    count += more;
  }
  return count;
}

TEST(TimingQueueMemory, AFailedAllocationIsTold) {
  constexpr std::int64_t kPartsAtLeast = 10;
  std::size_t drained = 0;
  const std::int64_t failed =
      test_support::fail_each_allocation([&] { drained = fill_and_drain(); }, [] {});
  EXPECT_GT(failed, kPartsAtLeast);
  EXPECT_EQ(drained, 2 * kRecords) << "of the last time, when nothing failed";
}

}  // namespace
}  // namespace walbench::metrics
