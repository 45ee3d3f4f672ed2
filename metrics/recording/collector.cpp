#include "metrics/recording/collector.hpp"

#include <span>
#include <utility>

namespace walbench::metrics {
namespace {

constexpr std::size_t kBatchRecords = 256;

}  // namespace

Collector::Collector(TimingQueue& queue, std::chrono::microseconds poll_interval)
    : queue_(queue),
      batch_(kBatchRecords),
      thread_([this, poll_interval] { run(poll_interval); }) {}

Collector::Collector(TimingQueue& queue, const IntervalLogging& logging,
                     std::chrono::microseconds poll_interval)
    : queue_(queue),
      batch_(kBatchRecords),
      logging_(logging),
      of_interval_(kLifecycleSegmentCount),
      started_ns_(logging.clock->now_ns()),
      interval_started_ns_(started_ns_),
      thread_([this, poll_interval] { run(poll_interval); }) {}

Collector::~Collector() {
  producers_stopped_.store(true, std::memory_order_release);
  if (thread_.joinable()) thread_.join();
}

Collected Collector::finish() {
  producers_stopped_.store(true, std::memory_order_release);
  thread_.join();
  if (failure_) std::rethrow_exception(failure_);

  Collected collected{{}, samples_recorded_, samples_out_of_range_};
  for (std::size_t index = 0; index < kLifecycleSegmentCount; ++index) {
    if (histograms_[index].total_count() == 0) continue;
    collected.segments.push_back({segment_at(index), std::move(histograms_[index])});
  }
  return collected;
}

void Collector::run(std::chrono::microseconds poll_interval) {
  try {
    for (;;) {
      // Read before draining: what was enqueued before the flag was set is then seen below.
      const bool last_round = producers_stopped_.load(std::memory_order_acquire);
      while (drain_once() != 0) {
        end_interval_if_over(false);
      }
      end_interval_if_over(last_round);
      if (last_round) return;
      std::this_thread::sleep_for(poll_interval);
    }
  } catch (...) {
    failure_ = std::current_exception();
  }
}

std::size_t Collector::drain_once() {
  const std::size_t count = queue_.drain(batch_);
  for (const TimingRecord& timing : std::span(batch_).first(count)) {
    record(timing);
  }
  lifecycles_recorded_.fetch_add(static_cast<std::int64_t>(count), std::memory_order_relaxed);
  return count;
}

void Collector::record(const TimingRecord& record) {
  for (std::size_t index = 0; index < kLifecycleSegmentCount; ++index) {
    const Segment segment = segment_at(index);
    if (record.has(segment)) record_sample(segment, record.value_ns(segment));
  }
  for (std::size_t index = 0; index < record.transition_count(); ++index) {
    record_sample(Segment::transition, record.transition_ns(index));
  }
}

void Collector::end_interval_if_over(bool is_last) {
  if (logging_.log == nullptr) return;
  const std::int64_t now_ns = logging_.clock->now_ns();
  if (!is_last && now_ns - interval_started_ns_ < logging_.interval.count()) return;
  for (std::size_t index = 0; index < kLifecycleSegmentCount; ++index) {
    Histogram& histogram = of_interval_[index];
    if (histogram.total_count() == 0) continue;
    logging_.log->add(interval_started_ns_ - started_ns_, now_ns - interval_started_ns_,
                      segment_name(segment_at(index)), histogram);
    histogram.reset();
  }
  logging_.log->flush();
  interval_started_ns_ = now_ns;
}

void Collector::record_sample(Segment segment, std::int64_t ns) {
  const std::size_t index = segment_index(segment);
  // A second time rather than added up later: adding walks all counts, and samples are few.
  if (logging_.log != nullptr) static_cast<void>(of_interval_[index].record(ns));
  if (histograms_[index].record(ns)) {
    ++samples_recorded_;
  } else {
    ++samples_out_of_range_;
  }
}

}  // namespace walbench::metrics
