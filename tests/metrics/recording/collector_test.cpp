// Silent bugs these tests would catch: a sample in another segment's histogram; a sample out of
// range that is neither recorded nor counted; the last records of a run left in the queue because
// the collector stopped a moment too early.

#include "metrics/recording/collector.hpp"

#include <gtest/gtest.h>

#include <barrier>
#include <chrono>
#include <cstdint>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

namespace walbench::metrics {
namespace {

using std::chrono::microseconds;

// Past the end of the histograms, which reach a little over an hour.
constexpr std::int64_t kTwoHoursNs = 7'200'000'000'000;

std::int64_t samples_in(const CollectedStream& collected) {
  return std::accumulate(collected.segments.begin(), collected.segments.end(), std::int64_t{0},
                         [](std::int64_t sum, const SegmentHistogram& each) {
                           return sum + each.histogram.total_count();
                         });
}

TEST(Collector, PutsEachSampleIntoItsSegment) {
  TimingQueue queue(1);
  Collector collector(queue);
  TimingRecord record;
  // Below 2,048 ns a histogram tells every value apart.
  for (std::size_t index = 0; index < kRecordedSegmentCount; ++index) {
    if (segment_at(index) == Segment::transition) continue;
    record.set(segment_at(index), 1000 + static_cast<std::int64_t>(index));
  }
  record.add_transition(1);
  record.add_transition(2);
  record.add_transition(2);
  queue.producer(0).enqueue(record);
  const CollectedStream collected = collector.finish().front();

  ASSERT_EQ(collected.segments.size(), kRecordedSegmentCount);
  for (std::size_t index = 0; index < kRecordedSegmentCount; ++index) {
    const auto& [segment, histogram] = collected.segments.at(index);
    EXPECT_EQ(segment, segment_at(index)) << "in the order of Segment";
    if (segment == Segment::transition) {
      EXPECT_EQ(histogram.total_count(), 3);
      EXPECT_EQ(histogram.count_at_index(histogram.index_of(1)), 1);
      EXPECT_EQ(histogram.count_at_index(histogram.index_of(2)), 2);
    } else {
      EXPECT_EQ(histogram.total_count(), 1) << segment_name(segment);
      EXPECT_EQ(histogram.min(), 1000 + static_cast<std::int64_t>(index)) << segment_name(segment);
      EXPECT_EQ(histogram.max(), 1000 + static_cast<std::int64_t>(index)) << segment_name(segment);
    }
  }
  EXPECT_EQ(collected.samples_recorded, record.sample_count());
  EXPECT_EQ(collected.samples_out_of_range, 0);
}

TEST(Collector, CountsWhatDoesNotFit) {
  TimingQueue queue(1);
  Collector collector(queue);
  TimingRecord record;
  record.set(Segment::lock_wait, kTwoHoursNs);
  record.set(Segment::commit, -1);
  record.set(Segment::db_total, 5);
  record.add_transition(std::numeric_limits<std::int64_t>::max());
  queue.producer(0).enqueue(record);
  const CollectedStream collected = collector.finish().front();

  EXPECT_EQ(collected.samples_out_of_range, 3);
  EXPECT_EQ(collected.samples_recorded, 1);
  ASSERT_EQ(collected.segments.size(), 1U) << "only segments with a sample";
  EXPECT_EQ(collected.segments.front().segment, Segment::db_total);
  EXPECT_EQ(collected.samples_recorded + collected.samples_out_of_range, queue.samples_produced());
}

TEST(Collector, AnEmptyRunHasNoSegments) {
  TimingQueue queue(2);
  Collector collector(queue);
  const CollectedStream collected = collector.finish().front();
  EXPECT_TRUE(collected.segments.empty());
  EXPECT_EQ(collected.samples_recorded, 0);
  EXPECT_EQ(collected.samples_out_of_range, 0);
  EXPECT_EQ(collector.records_taken(), 0);
}

TEST(Collector, FiftyProducersRaceWithItAndNothingIsLost) {
  constexpr std::size_t kProducers = 50;
  constexpr std::int64_t kRecordsEach = 2000;
  constexpr std::int64_t kOutOfRangeEvery = 10;
  TimingQueue queue(kProducers);
  Collector collector(queue, microseconds(50));
  std::barrier start(kProducers);
  {
    std::vector<std::jthread> threads;
    for (std::size_t producer = 0; producer < kProducers; ++producer) {
      threads.emplace_back([&, producer] {
        start.arrive_and_wait();
        for (std::int64_t number = 0; number < kRecordsEach; ++number) {
          TimingRecord record;
          record.set(Segment::fsm_net, static_cast<std::int64_t>(producer));
          record.set(Segment::commit, number % kOutOfRangeEvery == 0 ? kTwoHoursNs : number);
          queue.producer(producer).enqueue(record);
        }
      });
    }
  }
  const CollectedStream collected = collector.finish().front();

  constexpr std::int64_t kRecords = kRecordsEach * std::int64_t{kProducers};
  EXPECT_EQ(queue.samples_produced(), 2 * kRecords);
  EXPECT_EQ(collected.samples_out_of_range, kRecords / kOutOfRangeEvery);
  EXPECT_EQ(collected.samples_recorded + collected.samples_out_of_range, queue.samples_produced());
  EXPECT_EQ(samples_in(collected), collected.samples_recorded);
  EXPECT_EQ(collector.records_taken(), kRecords);
  const Histogram& net = collected.segments.front().histogram;
  for (std::size_t producer = 0; producer < kProducers; ++producer) {
    EXPECT_EQ(net.count_at_index(net.index_of(static_cast<std::int64_t>(producer))), kRecordsEach);
  }
}

// A collector that looked at "stopped" after its last drain instead of before it would leave
// records behind, now and then: hence many rounds, with nothing between the last enqueue and
// finish().
TEST(Collector, FinishRightAfterTheLastEnqueueGetsIt) {
  constexpr int kRounds = 100;
  constexpr std::int64_t kBurst = 3;
  for (int round = 0; round < kRounds; ++round) {
    TimingQueue queue(1);
    Collector collector(queue, microseconds(0));
    while (round % 2 == 0 && collector.records_taken() == 0) {
      queue.producer(0).enqueue(TimingRecord());  // Until the collector is at work.
    }
    TimingRecord record;
    record.set(Segment::commit, 1);
    for (std::int64_t number = 0; number < kBurst; ++number) {
      queue.producer(0).enqueue(record);
    }
    const CollectedStream collected = collector.finish().front();
    ASSERT_EQ(collected.samples_recorded, kBurst) << "in round " << round;
    ASSERT_EQ(samples_in(collected), kBurst) << "in round " << round;
  }
}

TEST(Collector, SaysHowManyLifecyclesItHasWhileItRuns) {
  constexpr std::int64_t kLifecycles = 1000;
  TimingQueue queue(1);
  Collector collector(queue);
  TimingRecord record;
  record.add_transition(1);
  record.add_transition(2);
  for (std::int64_t number = 0; number < kLifecycles; ++number) {
    queue.producer(0).enqueue(record);
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (collector.records_taken() < kLifecycles) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "it waits for finish()";
    std::this_thread::yield();
  }
  EXPECT_EQ(collector.finish().front().samples_recorded, 2 * kLifecycles);
  EXPECT_EQ(collector.records_taken(), kLifecycles) << "lifecycles, not samples";
}

// As when a lifecycle throws: the collector goes out of scope with its thread at work.
TEST(Collector, MayGoWithoutFinish) {
  TimingQueue queue(1);
  {
    const Collector collector(queue);
    TimingRecord record;
    record.set(Segment::commit, 1);
    queue.producer(0).enqueue(record);
  }
  std::vector<TimingRecord> left(1);
  EXPECT_EQ(queue.drain(left), 0U) << "it drained before it went";
}

// One stream's loss must not hide behind another's surplus.
TEST(Collector, CountsStreamsApart) {
  TimingQueue queue(1, 3);
  Collector collector(queue);
  TimingRecord main;
  main.set(Segment::db_total, 100);
  TimingRecord other(2);
  other.set(Segment::db_total, 200);
  other.set(Segment::commit, -1);
  queue.producer(0).enqueue(main);
  queue.producer(0).enqueue(other);
  queue.enqueue(other);
  const std::vector<CollectedStream> collected = collector.finish();
  ASSERT_EQ(collected.size(), 3U);
  EXPECT_EQ(queue.samples_produced(), 1);
  EXPECT_EQ(queue.samples_produced(1), 0);
  EXPECT_EQ(queue.samples_produced(2), 4);
  EXPECT_EQ(collected[0].samples_recorded, 1);
  EXPECT_TRUE(collected[1].segments.empty());
  EXPECT_EQ(collected[2].samples_recorded, 2);
  EXPECT_EQ(collected[2].samples_out_of_range, 2);
  ASSERT_EQ(collected[2].segments.size(), 1U);
  EXPECT_EQ(collected[2].segments[0].histogram.max(), 200);
}

TEST(Collector, AStreamThatNobodyDeclaredIsRefused) {
  TimingQueue queue(1, 1);
  EXPECT_THROW(queue.producer(0).enqueue(TimingRecord(1)), std::out_of_range);
  EXPECT_THROW(queue.enqueue(TimingRecord(1)), std::out_of_range);
}

}  // namespace
}  // namespace walbench::metrics
