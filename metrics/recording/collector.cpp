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
      streams_(queue.streams()),
      thread_([this, poll_interval] { run(poll_interval); }) {}

Collector::Collector(TimingQueue& queue, IntervalLogging logging,
                     std::chrono::microseconds poll_interval)
    : queue_(queue),
      batch_(kBatchRecords),
      streams_(queue.streams()),
      logging_(std::move(logging)),
      started_ns_(logging_.clock->now_ns()),
      interval_started_ns_(started_ns_),
      thread_([this, poll_interval] { run(poll_interval); }) {}

Collector::~Collector() {
  producers_stopped_.store(true, std::memory_order_release);
  if (thread_.joinable()) thread_.join();
}

std::vector<CollectedStream> Collector::finish() {
  producers_stopped_.store(true, std::memory_order_release);
  thread_.join();
  if (failure_) std::rethrow_exception(failure_);

  std::vector<CollectedStream> collected;
  for (Stream& stream : streams_) {
    CollectedStream& all = collected.emplace_back();
    all.samples_recorded = stream.samples_recorded;
    all.samples_out_of_range = stream.samples_out_of_range;
    all.slowest = stream.slowest.slowest();
    for (std::size_t index = 0; index < kRecordedSegmentCount; ++index) {
      std::optional<Histogram>& histogram = stream.whole[index];
      if (!histogram || histogram->total_count() == 0) continue;
      all.segments.push_back({segment_at(index), std::move(*histogram)});
    }
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
  records_taken_.fetch_add(static_cast<std::int64_t>(count), std::memory_order_relaxed);
  return count;
}

void Collector::record(const TimingRecord& record) {
  Stream& stream = streams_.at(record.stream());
  for (std::size_t index = 0; index < kRecordedSegmentCount; ++index) {
    const Segment segment = segment_at(index);
    if (record.has(segment)) record_sample(stream, segment, record.value_ns(segment));
  }
  for (std::size_t index = 0; index < record.transition_count(); ++index) {
    record_sample(stream, Segment::transition, record.transition_ns(index));
  }
  stream.slowest.add(record);
}

void Collector::end_interval_if_over(bool is_last) {
  if (logging_.log == nullptr) return;
  const std::int64_t now_ns = logging_.clock->now_ns();
  if (!is_last && now_ns - interval_started_ns_ < logging_.interval.count()) return;
  for (std::size_t stream = 0; stream < streams_.size(); ++stream) {
    log_interval(stream, interval_started_ns_ - started_ns_, now_ns - interval_started_ns_);
  }
  logging_.log->flush();
  interval_started_ns_ = now_ns;
}

void Collector::log_interval(std::size_t stream, std::int64_t start_ns, std::int64_t length_ns) {
  const bool named = stream < logging_.streams.size();
  const std::string_view name = named ? std::string_view(logging_.streams[stream]) : "";
  for (std::size_t index = 0; index < kRecordedSegmentCount; ++index) {
    std::optional<Histogram>& histogram = streams_[stream].of_interval[index];
    if (!histogram || histogram->total_count() == 0) continue;
    logging_.log->add(start_ns, length_ns, segment_name(name, segment_at(index)), *histogram);
    histogram->reset();
  }
}

void Collector::record_sample(Stream& stream, Segment segment, std::int64_t ns) const {
  const std::size_t index = segment_index(segment);
  const auto record_in = [ns](std::optional<Histogram>& histogram) {
    if (!histogram) histogram.emplace();
    return histogram->record(ns);
  };
  // A second time rather than added up later: adding walks all counts, and samples are few.
  if (logging_.log != nullptr) static_cast<void>(record_in(stream.of_interval[index]));
  if (record_in(stream.whole[index])) {
    ++stream.samples_recorded;
  } else {
    ++stream.samples_out_of_range;
  }
}

}  // namespace walbench::metrics
