#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace walbench::metrics {

/// The range and the precision of a Histogram, in the unit of its values (walbench: nanoseconds).
struct HistogramGeometry {
  /// Values below this may not be told apart. 1 or more; rounded down to a power of two.
  std::int64_t lowest_discernible_value = 1;
  /// At least twice the lowest. The last bucket reaches somewhat further (see Histogram::record).
  std::int64_t highest_trackable_value = 3'600'000'000'000;
  /// 0 to 5: values are kept to within 1 / 10^digits of themselves.
  int significant_digits = 3;

  bool operator==(const HistogramGeometry&) const = default;
};

/// The rank, from 1 to `total`, of the sample that `percentile` (0 to 100; values outside are
/// clamped, NaN counts as 0) percent of `total` samples do not exceed: ceil(percentile / 100 *
/// total), at least 1. The percentile is lowered by one unit in the last place, as the reference
/// does: otherwise rounding noise makes 99.9 of 1,000 samples rank 1,000 instead of 999.
std::int64_t percentile_rank(double percentile, std::int64_t total) noexcept;

/// A High Dynamic Range histogram: counts of non-negative 64-bit values, exact to a fixed number of
/// significant digits over the whole range, in memory that does not grow with the samples.
///
/// The counts lie in one array. Values below sub_bucket_count() units have an element each; above,
/// every doubling of the value (a bucket) is cut into sub_bucket_count() / 2 equal elements. All
/// values of one element are equivalent: statistics know an element only by its lowest, median or
/// highest value. Layout and rules are those of HdrHistogram 2.1.11, the Java reference.
///
/// Requires: one owner at a time; nothing here is safe to call from two threads, not even reading
/// while another thread records.
/// Guarantees: a sample is counted exactly once or the call says that it was not. total_count()
/// never overflows, hence no single count does.
class Histogram {
 public:
  /// Throws std::invalid_argument when the geometry is out of its ranges, or when its lowest value
  /// and its digits together leave no 64-bit value to tell apart.
  explicit Histogram(HistogramGeometry geometry = {});

  /// A histogram that keeps memory for its first `held_counts` counts alone, and for more of them
  /// as soon as a sample needs that: for those that are read and kept in great numbers. To its
  /// users it is like any other. Throws as the constructor does.
  static Histogram holding(HistogramGeometry geometry, std::size_t held_counts);

  /// How many counts such a histogram holds (8 bytes each), without making one. Throws as the
  /// constructor does.
  static std::size_t counts_length_for(const HistogramGeometry& geometry);

  /// Counts `value` `count` times. False, and nothing is recorded, when the value is negative or
  /// past the end of the last bucket (which may lie above highest_trackable_value), when the count
  /// is not positive, or when the total would pass the largest int64; and of one that holds fewer
  /// counts than its geometry has, also where there is no memory for more.
  [[nodiscard]] bool record(std::int64_t value, std::int64_t count = 1) noexcept {
    // A negative value, seen as unsigned, has an index past every counts array.
    const std::size_t index = index_of(value);
    if (count <= 0 || count > room_left()) return false;
    if (index >= counts_.size() && !hold(index)) return false;
    counts_[index] += count;
    total_count_ += count;
    return true;
  }

  /// Corrects for coordinated omission: records the value and, for a stall longer than the interval
  /// at which samples were expected, the samples the stall kept from being taken: value - interval,
  /// value - 2 * interval, ... down to the interval itself. An interval of 0 or less corrects
  /// nothing. Returns whether all of them were recorded; if not, none was. The time taken depends
  /// on the number of buckets, not on the number of samples added.
  [[nodiscard]] bool record_corrected(std::int64_t value, std::int64_t expected_interval) noexcept;

  /// Adds every sample of `other`, exactly when the geometries are equal, otherwise by the lowest
  /// value of each of its elements. Returns how many samples did not fit and were left out.
  [[nodiscard]] std::int64_t add(const Histogram& other) noexcept;

  /// Forgets all samples; the geometry stays.
  void reset() noexcept;

  std::int64_t total_count() const noexcept { return total_count_; }

  /// The lowest value equivalent to the smallest sample; 0 when empty.
  std::int64_t min() const noexcept;

  /// The highest value equivalent to the largest sample, so it may exceed every sample; 0 when
  /// empty. It follows from the counts alone, so it survives encoding and decoding.
  std::int64_t max() const noexcept;

  /// Mean and population standard deviation, every sample taken at its median equivalent value; 0
  /// when empty.
  double mean() const noexcept;
  double standard_deviation() const noexcept;

  /// The value that `percentile` percent of the samples do not exceed: the highest equivalent of
  /// the element that holds the sample of percentile_rank(). For exactly 0 it is the lowest
  /// equivalent instead. 0 when empty.
  std::int64_t value_at_percentile(double percentile) const noexcept;

  const HistogramGeometry& geometry() const noexcept { return geometry_; }
  int bucket_count() const noexcept { return bucket_count_; }
  int sub_bucket_count() const noexcept { return 2 << half_magnitude_; }
  std::size_t counts_length() const noexcept { return counts_length_; }

  /// The memory that the counts take, in bytes.
  std::size_t bytes_held() const noexcept { return counts_.capacity() * sizeof(std::int64_t); }

  /// Requires: index < counts_length(), here and in value_at_index.
  std::int64_t count_at_index(std::size_t index) const noexcept {
    return index < counts_.size() ? counts_[index] : 0;
  }

  /// The lowest value counted at the index.
  std::int64_t value_at_index(std::size_t index) const noexcept;

  /// Where the value is counted; counts_length() or more when it cannot be.
  std::size_t index_of(std::int64_t value) const noexcept {
    const auto bits = static_cast<std::uint64_t>(value);
    const int bucket = bucket_of(bits);
    const std::uint64_t sub_bucket = bits >> (bucket + unit_magnitude_);
    // Buckets above the first use only the upper half of their sub-buckets.
    const std::uint64_t half = std::uint64_t{1} << half_magnitude_;
    return ((static_cast<std::uint64_t>(bucket) + 1) << half_magnitude_) + sub_bucket - half;
  }

  /// The lowest, highest and middle value counted together with `value`. Requires: value >= 0.
  std::int64_t lowest_equivalent(std::int64_t value) const noexcept;
  std::int64_t highest_equivalent(std::int64_t value) const noexcept;
  std::int64_t median_equivalent(std::int64_t value) const noexcept;

  /// Same geometry and same counts, hence the same statistics.
  bool operator==(const Histogram& other) const noexcept;

 private:
  Histogram(HistogramGeometry geometry, std::size_t held_counts);

  // Makes room up to that index; false where there can be none.
  bool hold(std::size_t index) noexcept;

  std::int64_t room_left() const noexcept {
    return std::numeric_limits<std::int64_t>::max() - total_count_;
  }

  // The bucket of a value: 0 for all that fit the first one, then one more for every doubling.
  int bucket_of(std::uint64_t bits) const noexcept {
    return leading_zeros_of_first_bucket_ - std::countl_zero(bits | first_bucket_mask_);
  }

  // log2 of how many values are counted together with this one.
  int equivalence_magnitude(std::int64_t value) const noexcept {
    return unit_magnitude_ + bucket_of(static_cast<std::uint64_t>(value));
  }

  // Constant after construction.
  HistogramGeometry geometry_;
  int bucket_count_;    // second: computing it checks the geometry
  int unit_magnitude_;  // log2 of the unit: the lowest discernible value as a power of two
  int half_magnitude_;  // log2 of half a bucket's sub-buckets
  int leading_zeros_of_first_bucket_;
  std::uint64_t first_bucket_mask_;  // all the bits a value in the first bucket can have

  std::size_t counts_length_;

  std::int64_t total_count_ = 0;
  std::vector<std::int64_t> counts_;  // counts_length_ of them or fewer; the others are 0
};

/// The same samples in a unit of which `factor` (1 or more) are one of the histogram's, each taken
/// at its highest equivalent value, so that no percentile gets lower; what would pass 64 bits
/// becomes the largest value there is room for.
Histogram scaled(const Histogram& histogram, std::int64_t factor);

}  // namespace walbench::metrics
