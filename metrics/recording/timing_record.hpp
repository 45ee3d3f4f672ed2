#pragma once

#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "metrics/segment.hpp"

namespace walbench::metrics {

/// All timings of one iteration, or of one part of it, in nanoseconds: what travels through the
/// queue. A value type of fixed size; it owns nothing.
class TimingRecord {
 public:
  /// Of the main stream.
  TimingRecord() = default;
  /// Of the stream with that number: see Workload::streams().
  explicit TimingRecord(std::size_t stream) : stream_(static_cast<std::uint16_t>(stream)) {
    assert(stream <= UINT16_MAX);
  }

  std::size_t stream() const { return stream_; }
  /// Moves the record to another stream, such as that of the iterations that failed.
  void set_stream(std::size_t stream) {
    assert(stream <= UINT16_MAX);
    stream_ = static_cast<std::uint16_t>(stream);
  }

  /// Sets a segment's only sample. `transition` has several: see add_transition.
  void set(Segment segment, std::int64_t ns) {
    assert(segment != Segment::transition && segment_index(segment) < kRecordedSegmentCount);
    values_ns_[segment_index(segment)] = ns;
    present_ |= 1U << segment_index(segment);
  }

  /// Adds to a segment that sums several intervals; starts it at zero.
  void add(Segment segment, std::int64_t ns) { set(segment, value_ns(segment) + ns); }

  /// True if no further transition fits. take_transitions() makes room.
  bool is_full() const { return transition_count_ == transitions_ns_.size(); }

  /// Adds one transition's sample. Requires that the record is not full.
  void add_transition(std::int64_t ns) {
    assert(!is_full());
    transitions_ns_[transition_count_++] = ns;
  }

  /// Moves the transitions' samples to a record of their own, of the same stream.
  TimingRecord take_transitions() {
    TimingRecord taken(stream_);
    taken.transitions_ns_ = transitions_ns_;
    taken.transition_count_ = transition_count_;
    transition_count_ = 0;
    return taken;
  }

  bool has(Segment segment) const { return (present_ >> segment_index(segment) & 1U) != 0; }
  /// The segment's sample, 0 where it has none.
  std::int64_t value_ns(Segment segment) const { return values_ns_[segment_index(segment)]; }
  std::size_t transition_count() const { return transition_count_; }
  std::int64_t transition_ns(std::size_t index) const { return transitions_ns_[index]; }

  /// How many samples this record puts into histograms.
  std::int64_t sample_count() const {
    return std::popcount(present_) + static_cast<std::int64_t>(transition_count_);
  }

 private:
  std::array<std::int64_t, kRecordedSegmentCount> values_ns_{};
  std::array<std::int64_t, 4> transitions_ns_{};  ///< a lifecycle needs three
  std::uint32_t present_ = 0;
  std::uint16_t transition_count_ = 0;
  std::uint16_t stream_ = 0;
};

static_assert(std::is_trivially_copyable_v<TimingRecord>);

}  // namespace walbench::metrics
