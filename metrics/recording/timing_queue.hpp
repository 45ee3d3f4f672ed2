#pragma once

#include <concurrentqueue/concurrentqueue.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

#include "metrics/recording/timing_record.hpp"

namespace walbench::metrics {

/// Carries timing records from the threads that run lifecycles to the one thread that collects
/// them, without a lock: producers never wait for each other or for the consumer.
///
/// Invariants:
///   1. A producer is used by one thread at a time; which thread may change, if something orders
///      the change (an arena's slots do). enqueue() needs no producer, and any thread may call it.
///   2. One thread drains.
///   3. Records of one producer arrive in the order they were enqueued; nothing orders records of
///      different producers.
///   4. After every producer has stopped, and something orders that before the drain, a drain that
///      returns 0 means the queue is empty. (moodycamel promises no more, and no less.)
///   5. samples_produced() counts before the enqueue, so a record that got lost inside would show
///      as a difference to what the collector recorded.
class TimingQueue {
 public:
  /// One worker's end of the queue. Padded, so that counting in one does not slow another.
  class alignas(64) Producer {
   public:
    explicit Producer(TimingQueue& queue) : queue_(&queue.records_), token_(queue.records_) {}

    /// Adds a record. Throws std::bad_alloc when there is no memory for it.
    void enqueue(const TimingRecord& record);

    std::int64_t samples_produced() const { return samples_produced_; }

   private:
    moodycamel::ConcurrentQueue<TimingRecord>* queue_;
    moodycamel::ProducerToken token_;
    std::int64_t samples_produced_ = 0;
  };

  /// A queue with that many producers, or none.
  explicit TimingQueue(std::size_t producers);

  Producer& producer(std::size_t index) { return producers_[index]; }

  /// Adds a record from whichever thread. Somewhat dearer than a producer's. Throws std::bad_alloc.
  void enqueue(const TimingRecord& record);

  /// Moves up to `out.size()` records into `out`; returns how many. The consumer's thread only.
  [[nodiscard]] std::size_t drain(std::span<TimingRecord> out);

  /// Samples in all records enqueued so far. Only after the producers have stopped.
  std::int64_t samples_produced() const;

 private:
  moodycamel::ConcurrentQueue<TimingRecord> records_;
  moodycamel::ConsumerToken consumer_token_;
  std::deque<Producer> producers_;
  std::atomic<std::int64_t> samples_without_producer_ = 0;
};

}  // namespace walbench::metrics
