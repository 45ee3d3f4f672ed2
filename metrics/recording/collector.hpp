#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "metrics/clock.hpp"
#include "metrics/histogram/histogram.hpp"
#include "metrics/histogram/interval_log.hpp"
#include "metrics/histogram/segment_histogram.hpp"
#include "metrics/recording/slowest_table.hpp"
#include "metrics/recording/timing_queue.hpp"
#include "metrics/segment.hpp"

namespace walbench::metrics {

/// The samples of one stream. `samples_recorded + samples_out_of_range` equals the samples that
/// producers enqueued for it, or something was lost and the run is worth nothing.
struct CollectedStream {
  std::vector<SegmentHistogram> segments;  ///< those with a sample, in the order of Segment
  std::int64_t samples_recorded = 0;
  std::int64_t samples_out_of_range = 0;
  SlowestLifecycles slowest;
};

/// A log of what is recorded, interval by interval.
struct IntervalLogging {
  IntervalLog* log = nullptr;
  std::chrono::nanoseconds interval{0};
  const Clock* clock = nullptr;
  /// Names of the streams, for tags such as `readers.commit`. Missing: the main one alone.
  std::vector<std::string> streams = {};
};

/// The only consumer of a TimingQueue: a thread of its own that moves records into histograms, so
/// that the threads being measured pay for an enqueue and no more. It polls: to be woken for each
/// record would cost the producers a system call each.
///
/// records_taken() may be called from any thread; everything else from the owner's.
class Collector {
 public:
  /// Starts collecting. `queue` must outlive the collector.
  explicit Collector(TimingQueue& queue,
                     std::chrono::microseconds poll_interval = std::chrono::microseconds(500));

  /// The same, and after each interval a line for each segment with a sample goes to the log, which
  /// must outlive the collector. finish() writes the last one, which may be shorter, and rethrows
  /// what the log threw.
  Collector(TimingQueue& queue, IntervalLogging logging,
            std::chrono::microseconds poll_interval = std::chrono::microseconds(500));
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;
  ~Collector();

  /// Drains what is left, stops the thread and hands over the histograms, by stream. To be called
  /// once, after every producer has stopped. Rethrows what went wrong in the thread.
  [[nodiscard]] std::vector<CollectedStream> finish();

  /// Records taken so far.
  std::int64_t records_taken() const { return records_taken_.load(std::memory_order_relaxed); }

 private:
  /// Made when the first sample comes: most streams have few of the segments.
  using Histograms = std::array<std::optional<Histogram>, kRecordedSegmentCount>;

  struct Stream {
    Histograms whole;
    Histograms of_interval;
    std::int64_t samples_recorded = 0;
    std::int64_t samples_out_of_range = 0;
    SlowestTable slowest;
  };

  void run(std::chrono::microseconds poll_interval);
  std::size_t drain_once();
  void record(const TimingRecord& record);
  void record_sample(Stream& stream, Segment segment, std::int64_t ns) const;
  void log_interval(std::size_t stream, std::int64_t start_ns, std::int64_t length_ns);
  void end_interval_if_over(bool is_last);

  TimingQueue& queue_;

  // The collecting thread's until it has been joined, then the owner's.
  std::vector<TimingRecord> batch_;
  std::vector<Stream> streams_;
  IntervalLogging logging_;  ///< its log is null where nothing is logged
  std::int64_t started_ns_ = 0;
  std::int64_t interval_started_ns_ = 0;
  std::exception_ptr failure_;

  // Safe from any thread.
  std::atomic<std::int64_t> records_taken_ = 0;
  std::atomic<bool> producers_stopped_ = false;

  std::thread thread_;  // last: starts when all of the above exists
};

}  // namespace walbench::metrics
