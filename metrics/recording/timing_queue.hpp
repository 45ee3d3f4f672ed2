#pragma once

#include <concurrentqueue/concurrentqueue.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <new>
#include <span>
#include <vector>

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
///   5. samples_produced() counts before the enqueue, by stream, so a record that got lost inside
///      would show as a difference to what the collector recorded.
class TimingQueue {
  /// Allocates as everything else does, so that what looks after memory sees it.
  struct Traits : moodycamel::ConcurrentQueueDefaultTraits {
    static void* malloc(std::size_t size) { return ::operator new(size, std::nothrow); }
    static void free(void* memory) { ::operator delete(memory); }
  };
  using Records = moodycamel::ConcurrentQueue<TimingRecord, Traits>;

 public:
  /// One worker's end of the queue. Padded, so that counting in one does not slow another.
  class alignas(64) Producer {
   public:
    /// Throws std::bad_alloc.
    explicit Producer(TimingQueue& queue);

    /// Adds a record. Throws std::bad_alloc when there is no memory for it, std::out_of_range if
    /// the queue has no such stream.
    void enqueue(const TimingRecord& record);

    std::int64_t samples_produced(std::size_t stream = 0) const {
      return samples_produced_.at(stream);
    }

   private:
    Records* queue_;
    moodycamel::ProducerToken token_;
    std::vector<std::int64_t> samples_produced_;  ///< by stream
  };

  /// A queue with that many producers, or none, for records of that many streams.
  explicit TimingQueue(std::size_t producers, std::size_t streams = 1);

  std::size_t streams() const { return samples_without_producer_.size(); }

  Producer& producer(std::size_t index) { return producers_[index]; }

  /// Adds a record from whichever thread. Somewhat dearer than a producer's. Throws std::bad_alloc.
  void enqueue(const TimingRecord& record);

  /// Moves up to `out.size()` records into `out`; returns how many. The consumer's thread only.
  [[nodiscard]] std::size_t drain(std::span<TimingRecord> out);

  /// Samples in all records of that stream enqueued so far. Only after the producers have stopped.
  std::int64_t samples_produced(std::size_t stream = 0) const;

 private:
  Records records_;
  moodycamel::ConsumerToken consumer_token_;
  std::vector<std::atomic<std::int64_t>> samples_without_producer_;  ///< by stream
  std::deque<Producer> producers_;
};

}  // namespace walbench::metrics
