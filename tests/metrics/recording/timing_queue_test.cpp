// Silent bugs these tests would catch: a record lost or handed over twice when many threads enqueue
// at once, half of one record mixed with half of another, or a count of samples that a busy
// producer shares with its neighbour. Each would make percentiles of a run that never happened.

#include "metrics/recording/timing_queue.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <cstdint>
#include <thread>
#include <vector>

namespace walbench::metrics {
namespace {

constexpr std::size_t kProducers = 50;
#ifdef __SANITIZE_THREAD__
constexpr std::int64_t kRecordsEach = 500;  // every atomic access of fifty threads takes its time
#else
constexpr std::int64_t kRecordsEach = 2000;
#endif

/// A record that says whose it is and which, in several places, so that a torn one shows. Every
/// third has a transition more: the samples of a record vary.
TimingRecord numbered(std::int64_t producer, std::int64_t number) {
  TimingRecord record;
  record.set(Segment::fsm_net, producer);
  record.set(Segment::connect, number);
  record.add_transition(producer * kRecordsEach + number);
  if (number % 3 == 0) record.add_transition(number);
  return record;
}

bool is_whole(const TimingRecord& record) {
  const std::int64_t producer = record.value_ns(Segment::fsm_net);
  const std::int64_t number = record.value_ns(Segment::connect);
  return record.transition_ns(0) == producer * kRecordsEach + number &&
         record.transition_count() == (number % 3 == 0 ? 2U : 1U) && record.sample_count() > 2;
}

/// Checks what arrives: of each producer the numbers 0, 1, 2, ... and nothing else.
class Arrivals {
 public:
  void take(const TimingRecord& record) {
    ++count_;
    samples_ += record.sample_count();
    const auto producer = static_cast<std::size_t>(record.value_ns(Segment::fsm_net));
    if (!is_whole(record) || producer >= kProducers) {
      ++torn_;
    } else if (record.value_ns(Segment::connect) != next_.at(producer)++) {
      ++out_of_order_;
    }
  }
  std::int64_t count() const { return count_; }
  std::int64_t samples() const { return samples_; }
  std::int64_t torn() const { return torn_; }
  std::int64_t out_of_order() const { return out_of_order_; }
  std::int64_t of_producer(std::size_t producer) const { return next_.at(producer); }

 private:
  std::int64_t count_ = 0;
  std::int64_t samples_ = 0;
  std::int64_t torn_ = 0;
  std::int64_t out_of_order_ = 0;
  std::array<std::int64_t, kProducers> next_{};
};

/// Takes all there is, then lets the producers work.
void drain_all(TimingQueue& queue, Arrivals& arrivals) {
  std::array<TimingRecord, 64> batch;
  while (const std::size_t count = queue.drain(batch)) {
    for (std::size_t index = 0; index < count; ++index) {
      arrivals.take(batch.at(index));
    }
  }
  std::this_thread::yield();
}

TEST(TimingQueue, FiftyProducersLoseNothingAndDoubleNothing) {
  TimingQueue queue(kProducers);
  std::barrier start(kProducers);
  std::atomic<std::size_t> at_work = kProducers;
  std::vector<std::jthread> threads;
  for (std::size_t producer = 0; producer < kProducers; ++producer) {
    threads.emplace_back([&, producer] {
      start.arrive_and_wait();
      for (std::int64_t number = 0; number < kRecordsEach; ++number) {
        queue.producer(producer).enqueue(numbered(static_cast<std::int64_t>(producer), number));
      }
      at_work.fetch_sub(1, std::memory_order_release);
    });
  }
  Arrivals arrivals;
  while (at_work.load(std::memory_order_acquire) > 0) {
    drain_all(queue, arrivals);
  }
  drain_all(queue, arrivals);

  EXPECT_EQ(arrivals.torn(), 0);
  EXPECT_EQ(arrivals.out_of_order(), 0);
  EXPECT_EQ(arrivals.count(), std::int64_t{kProducers} * kRecordsEach);
  for (std::size_t producer = 0; producer < kProducers; ++producer) {
    EXPECT_EQ(arrivals.of_producer(producer), kRecordsEach) << "producer " << producer;
  }
  constexpr std::int64_t kSamplesEach = 3 * kRecordsEach + (kRecordsEach + 2) / 3;
  EXPECT_EQ(queue.producer(kProducers - 1).samples_produced(), kSamplesEach);
  EXPECT_EQ(queue.samples_produced(), std::int64_t{kProducers} * kSamplesEach);
  EXPECT_EQ(arrivals.samples(), queue.samples_produced());
}

TEST(TimingQueue, AProducerMayMoveFromThreadToThread) {
  constexpr std::int64_t kMoves = 200;
  TimingQueue queue(1);
  for (std::int64_t number = 0; number < kMoves; ++number) {
    std::jthread([&] { queue.producer(0).enqueue(numbered(0, number)); }).join();
  }
  Arrivals arrivals;
  drain_all(queue, arrivals);
  EXPECT_EQ(arrivals.of_producer(0), kMoves);
  EXPECT_EQ(arrivals.out_of_order() + arrivals.torn(), 0);
}

TEST(TimingQueue, DrainsNoMoreThanThereIsRoomFor) {
  TimingQueue queue(1);
  for (std::int64_t number = 0; number < 10; ++number) {
    queue.producer(0).enqueue(numbered(0, number));
  }
  std::array<TimingRecord, 4> batch;
  EXPECT_EQ(queue.drain(batch), 4U);
  EXPECT_EQ(batch.at(3).value_ns(Segment::connect), 3);
  EXPECT_EQ(queue.drain(batch), 4U);
  EXPECT_EQ(queue.drain(batch), 2U);
  EXPECT_EQ(batch.at(1).value_ns(Segment::connect), 9);
  EXPECT_EQ(queue.drain(batch), 0U);
}

TEST(TimingQueue, AnEmptyOneGivesNothing) {
  TimingQueue queue(3);
  std::array<TimingRecord, 4> batch;
  EXPECT_EQ(queue.drain(batch), 0U);
  EXPECT_EQ(queue.samples_produced(), 0);
}

TEST(TimingQueue, WithoutProducersAnyThreadMayEnqueueAndNothingIsLost) {
  constexpr std::size_t kThreads = 4;
  TimingQueue queue(0);
  std::barrier start(kThreads);
  std::atomic<std::size_t> at_work = kThreads;
  std::vector<std::jthread> threads;
  for (std::size_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      start.arrive_and_wait();
      for (std::int64_t number = 0; number < kRecordsEach; ++number) {
        queue.enqueue(numbered(static_cast<std::int64_t>(thread), number));
      }
      at_work.fetch_sub(1, std::memory_order_release);
    });
  }
  Arrivals arrivals;
  while (at_work.load(std::memory_order_acquire) > 0) {
    drain_all(queue, arrivals);
  }
  drain_all(queue, arrivals);
  EXPECT_EQ(arrivals.torn() + arrivals.out_of_order(), 0);
  EXPECT_EQ(arrivals.count(), std::int64_t{kThreads} * kRecordsEach);
  EXPECT_EQ(arrivals.samples(), queue.samples_produced());
}

TEST(TimingQueue, SamplesWithAndWithoutAProducerAreCountedTogether) {
  TimingQueue queue(2);
  queue.producer(1).enqueue(numbered(1, 0));
  queue.enqueue(numbered(2, 0));
  queue.enqueue(numbered(3, 1));
  EXPECT_EQ(queue.samples_produced(), 4 + 4 + 3);
  std::array<TimingRecord, 4> batch;
  EXPECT_EQ(queue.drain(batch), 3U);
}

}  // namespace
}  // namespace walbench::metrics
