#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <thread>
#include <vector>

#include "metrics/clock.hpp"
#include "metrics/histogram/histogram.hpp"
#include "metrics/histogram/interval_log.hpp"
#include "metrics/histogram/segment_histogram.hpp"
#include "metrics/recording/timing_queue.hpp"
#include "metrics/segment.hpp"

namespace walbench::metrics {

/// What a collector has gathered. `samples_recorded + samples_out_of_range` equals the samples
/// that producers enqueued, or something was lost and the run is worth nothing.
struct Collected {
  std::vector<SegmentHistogram> segments;  ///< those with a sample, in the order of Segment
  std::int64_t samples_recorded = 0;
  std::int64_t samples_out_of_range = 0;
};

/// A log of what is recorded, interval by interval.
struct IntervalLogging {
  IntervalLog* log = nullptr;
  std::chrono::nanoseconds interval{0};
  const Clock* clock = nullptr;
};

/// The only consumer of a TimingQueue: a thread of its own that moves records into histograms, so
/// that the threads being measured pay for an enqueue and no more. It polls: to be woken for each
/// record would cost the producers a system call each.
///
/// lifecycles_recorded() may be called from any thread; everything else from the owner's.
class Collector {
 public:
  /// Starts collecting. `queue` must outlive the collector.
  explicit Collector(TimingQueue& queue,
                     std::chrono::microseconds poll_interval = std::chrono::microseconds(500));

  /// The same, and after each interval a line for each segment with a sample goes to the log, which
  /// must outlive the collector. finish() writes the last one, which may be shorter, and rethrows
  /// what the log threw.
  Collector(TimingQueue& queue, const IntervalLogging& logging,
            std::chrono::microseconds poll_interval = std::chrono::microseconds(500));
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;
  ~Collector();

  /// Drains what is left, stops the thread and hands over the histograms. To be called once, after
  /// every producer has stopped. Rethrows what went wrong in the thread.
  [[nodiscard]] Collected finish();

  /// Lifecycles recorded so far.
  std::int64_t lifecycles_recorded() const {
    return lifecycles_recorded_.load(std::memory_order_relaxed);
  }

 private:
  void run(std::chrono::microseconds poll_interval);
  std::size_t drain_once();
  void record(const TimingRecord& record);
  void record_sample(Segment segment, std::int64_t ns);
  void end_interval_if_over(bool is_last);

  TimingQueue& queue_;

  // The collecting thread's until it has been joined, then the owner's.
  std::vector<TimingRecord> batch_;
  std::array<Histogram, kLifecycleSegmentCount> histograms_;
  IntervalLogging logging_;             ///< its log is null where nothing is logged
  std::vector<Histogram> of_interval_;  ///< by segment; empty where nothing is logged
  std::int64_t started_ns_ = 0;
  std::int64_t interval_started_ns_ = 0;
  std::int64_t samples_recorded_ = 0;
  std::int64_t samples_out_of_range_ = 0;
  std::exception_ptr failure_;

  // Safe from any thread.
  std::atomic<std::int64_t> lifecycles_recorded_ = 0;
  std::atomic<bool> producers_stopped_ = false;

  std::thread thread_;  // last: starts when all of the above exists
};

}  // namespace walbench::metrics
