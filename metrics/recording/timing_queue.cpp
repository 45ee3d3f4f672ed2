#include "metrics/recording/timing_queue.hpp"

#include <new>

namespace walbench::metrics {
namespace {

/// Room behind the counters, so that two producers never write to the same cache line.
constexpr std::size_t kCountersOfALine = 64 / sizeof(std::int64_t);

}  // namespace

TimingQueue::Producer::Producer(TimingQueue& queue)
    : queue_(&queue.records_), token_(queue.records_) {
  if (!token_.valid()) throw std::bad_alloc();
  samples_produced_.reserve(queue.streams() + kCountersOfALine);
  samples_produced_.resize(queue.streams());
}

TimingQueue::TimingQueue(std::size_t producers, std::size_t streams)
    : consumer_token_(records_), samples_without_producer_(streams) {
  for (std::size_t index = 0; index < producers; ++index) {
    producers_.emplace_back(*this);
  }
}

void TimingQueue::Producer::enqueue(const TimingRecord& record) {
  samples_produced_.at(record.stream()) += record.sample_count();
  if (!queue_->enqueue(token_, record)) throw std::bad_alloc();
}

void TimingQueue::enqueue(const TimingRecord& record) {
  samples_without_producer_.at(record.stream())
      .fetch_add(record.sample_count(), std::memory_order_relaxed);
  if (!records_.enqueue(record)) throw std::bad_alloc();
}

std::size_t TimingQueue::drain(std::span<TimingRecord> out) {
  return records_.try_dequeue_bulk(consumer_token_, out.data(), out.size());
}

std::int64_t TimingQueue::samples_produced(std::size_t stream) const {
  std::int64_t total = samples_without_producer_.at(stream).load(std::memory_order_relaxed);
  for (const Producer& producer : producers_) {
    total += producer.samples_produced(stream);
  }
  return total;
}

}  // namespace walbench::metrics
