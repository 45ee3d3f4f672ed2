#include "metrics/recording/timing_queue.hpp"

#include <new>

namespace walbench::metrics {

TimingQueue::TimingQueue(std::size_t producers) : consumer_token_(records_) {
  for (std::size_t index = 0; index < producers; ++index) {
    producers_.emplace_back(*this);
  }
}

void TimingQueue::Producer::enqueue(const TimingRecord& record) {
  samples_produced_ += record.sample_count();
  if (!queue_->enqueue(token_, record)) throw std::bad_alloc();
}

void TimingQueue::enqueue(const TimingRecord& record) {
  samples_without_producer_.fetch_add(record.sample_count(), std::memory_order_relaxed);
  if (!records_.enqueue(record)) throw std::bad_alloc();
}

std::size_t TimingQueue::drain(std::span<TimingRecord> out) {
  return records_.try_dequeue_bulk(consumer_token_, out.data(), out.size());
}

std::int64_t TimingQueue::samples_produced() const {
  std::int64_t total = samples_without_producer_.load(std::memory_order_relaxed);
  for (const Producer& producer : producers_) {
    total += producer.samples_produced();
  }
  return total;
}

}  // namespace walbench::metrics
