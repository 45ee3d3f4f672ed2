#include "metrics/histogram/histogram.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <new>
#include <stdexcept>

namespace walbench::metrics {
namespace {

constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();
constexpr std::array<std::uint32_t, 6> kPowersOfTen{1, 10, 100, 1'000, 10'000, 100'000};

void check_ranges(const HistogramGeometry& geometry) {
  if (geometry.significant_digits < 0 || geometry.significant_digits > 5) {
    throw std::invalid_argument("histogram: significant digits must be 0 to 5");
  }
  if (geometry.lowest_discernible_value < 1) {
    throw std::invalid_argument("histogram: the lowest discernible value must be at least 1");
  }
  if (geometry.highest_trackable_value / 2 < geometry.lowest_discernible_value) {
    throw std::invalid_argument(
        "histogram: the highest trackable value must be at least twice the lowest");
  }
}

int unit_magnitude_for(const HistogramGeometry& geometry) {
  const auto lowest = static_cast<std::uint64_t>(geometry.lowest_discernible_value);
  return static_cast<int>(std::bit_width(lowest)) - 1;
}

// log2 of half the sub-buckets in a bucket: of the least power of two that tells 10^digits apart.
int half_magnitude_for(const HistogramGeometry& geometry) {
  const auto digits = static_cast<std::size_t>(geometry.significant_digits);
  return static_cast<int>(std::bit_width(kPowersOfTen.at(digits) - 1));
}

// log2 of where the first bucket ends.
int first_bucket_magnitude_for(const HistogramGeometry& geometry) {
  check_ranges(geometry);
  const int magnitude = unit_magnitude_for(geometry) + half_magnitude_for(geometry) + 1;
  if (magnitude > 62) {
    throw std::invalid_argument(
        "histogram: so many significant digits above so high a lowest value pass 64 bits");
  }
  return magnitude;
}

int bucket_count_for(const HistogramGeometry& geometry) {
  std::int64_t end = std::int64_t{1} << first_bucket_magnitude_for(geometry);
  int buckets = 1;
  while (end <= geometry.highest_trackable_value) {
    ++buckets;
    if (end > kInt64Max / 2) break;
    end *= 2;
  }
  return buckets;
}

/// The element that holds the sample of that rank, 1 to the total. Found from the end that is
/// nearer: most percentiles that are asked for are high ones.
std::size_t index_of_rank(const std::vector<std::int64_t>& counts, std::int64_t total,
                          std::int64_t rank) {
  if (rank > total / 2) {
    std::size_t index = counts.size();
    for (std::int64_t above = total - rank; above >= 0; above -= counts[index]) {
      --index;
    }
    return index;
  }
  std::size_t index = 0;
  for (std::int64_t counted = counts[0]; counted < rank; counted += counts[index]) {
    ++index;
  }
  return index;
}

}  // namespace

std::size_t Histogram::counts_length_for(const HistogramGeometry& geometry) {
  const auto buckets = static_cast<std::size_t>(bucket_count_for(geometry));
  return (buckets + 1) << half_magnitude_for(geometry);
}

Histogram::Histogram(HistogramGeometry geometry)
    : Histogram(geometry, std::numeric_limits<std::size_t>::max()) {}

Histogram::Histogram(HistogramGeometry geometry, std::size_t held_counts)
    : geometry_(geometry),
      bucket_count_(bucket_count_for(geometry)),
      unit_magnitude_(unit_magnitude_for(geometry)),
      half_magnitude_(half_magnitude_for(geometry)),
      leading_zeros_of_first_bucket_(64 - first_bucket_magnitude_for(geometry)),
      first_bucket_mask_((std::uint64_t{1} << first_bucket_magnitude_for(geometry)) - 1),
      counts_length_(counts_length_for(geometry)),
      counts_(std::min(held_counts, counts_length_)) {}

Histogram Histogram::holding(HistogramGeometry geometry, std::size_t held_counts) {
  return {geometry, held_counts};
}

bool Histogram::hold(std::size_t index) noexcept {
  if (index >= counts_length_) return false;
  try {
    counts_.resize(index + 1);
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

bool Histogram::operator==(const Histogram& other) const noexcept {
  if (geometry_ != other.geometry_ || total_count_ != other.total_count_) return false;
  const std::size_t end = std::max(counts_.size(), other.counts_.size());
  for (std::size_t index = 0; index < end; ++index) {
    if (count_at_index(index) != other.count_at_index(index)) return false;
  }
  return true;
}

bool Histogram::record_corrected(std::int64_t value, std::int64_t expected_interval) noexcept {
  if (expected_interval <= 0 || value < expected_interval) return record(value);
  if (index_of(value) >= counts_length_ || value / expected_interval > room_left()) return false;
  bool all_recorded = true;
  while (value >= expected_interval) {
    // All samples that fall on the same element at once.
    const std::int64_t last = std::max(lowest_equivalent(value), expected_interval);
    const std::int64_t samples = (value - last) / expected_interval + 1;
    all_recorded = record(value, samples) && all_recorded;
    value -= samples * expected_interval;
  }
  return all_recorded;
}

std::int64_t Histogram::add(const Histogram& other) noexcept {
  std::int64_t left_out = 0;
  for (std::size_t index = 0; index < other.counts_.size(); ++index) {
    const std::int64_t count = other.counts_[index];
    if (count > 0 && !record(other.value_at_index(index), count)) left_out += count;
  }
  return left_out;
}

void Histogram::reset() noexcept {
  std::fill(counts_.begin(), counts_.end(), 0);
  total_count_ = 0;
}

std::int64_t Histogram::min() const noexcept {
  for (std::size_t index = 0; index < counts_.size(); ++index) {
    if (counts_[index] > 0) return value_at_index(index);
  }
  return 0;
}

std::int64_t Histogram::max() const noexcept {
  for (std::size_t index = counts_.size(); index > 0; --index) {
    if (counts_[index - 1] > 0) return highest_equivalent(value_at_index(index - 1));
  }
  return 0;
}

double Histogram::mean() const noexcept {
  if (total_count_ == 0) return 0.0;
  double sum = 0.0;
  for (std::size_t index = 0; index < counts_.size(); ++index) {
    if (counts_[index] == 0) continue;
    const std::int64_t value = median_equivalent(value_at_index(index));
    sum += static_cast<double>(value) * static_cast<double>(counts_[index]);
  }
  return sum / static_cast<double>(total_count_);
}

double Histogram::standard_deviation() const noexcept {
  if (total_count_ == 0) return 0.0;
  const double center = mean();
  double sum_of_squares = 0.0;
  for (std::size_t index = 0; index < counts_.size(); ++index) {
    if (counts_[index] == 0) continue;
    const std::int64_t value = median_equivalent(value_at_index(index));
    const double deviation = static_cast<double>(value) - center;
    sum_of_squares += deviation * deviation * static_cast<double>(counts_[index]);
  }
  return std::sqrt(sum_of_squares / static_cast<double>(total_count_));
}

std::int64_t percentile_rank(double percentile, std::int64_t total) noexcept {
  double lowered = std::nextafter(percentile, -std::numeric_limits<double>::infinity());
  if (!(lowered > 0.0)) lowered = 0.0;
  const auto samples = static_cast<double>(total);
  const double rank = std::ceil(std::min(lowered, 100.0) * samples / 100.0);
  // A total above 2^53 may have been rounded up, even past the largest int64.
  return rank >= samples ? total : std::max(static_cast<std::int64_t>(rank), std::int64_t{1});
}

std::int64_t Histogram::value_at_percentile(double percentile) const noexcept {
  const std::int64_t needed = percentile_rank(percentile, total_count_);
  if (total_count_ == 0) return 0;
  const std::int64_t value = value_at_index(index_of_rank(counts_, total_count_, needed));
  return percentile == 0.0 ? value : highest_equivalent(value);
}

std::int64_t Histogram::value_at_index(std::size_t index) const noexcept {
  const std::size_t half = std::size_t{1} << half_magnitude_;
  if (index < half) return static_cast<std::int64_t>(index << unit_magnitude_);
  const auto bucket = static_cast<int>(index >> half_magnitude_) - 1;
  const std::uint64_t sub_bucket = (index & (half - 1)) + half;
  return static_cast<std::int64_t>(sub_bucket << (bucket + unit_magnitude_));
}

std::int64_t Histogram::lowest_equivalent(std::int64_t value) const noexcept {
  const int magnitude = equivalence_magnitude(value);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(value) >> magnitude << magnitude);
}

std::int64_t Histogram::highest_equivalent(std::int64_t value) const noexcept {
  const std::uint64_t below_size = (std::uint64_t{1} << equivalence_magnitude(value)) - 1;
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(value) | below_size);
}

std::int64_t Histogram::median_equivalent(std::int64_t value) const noexcept {
  const std::uint64_t half_size = std::uint64_t{1} << equivalence_magnitude(value) >> 1;
  return lowest_equivalent(value) + static_cast<std::int64_t>(half_size);
}

Histogram scaled(const Histogram& histogram, std::int64_t factor) {
  if (factor == 1) return histogram;
  HistogramGeometry geometry = histogram.geometry();
  const std::int64_t most = kInt64Max / factor;
  geometry.highest_trackable_value = std::min(geometry.highest_trackable_value, most) * factor;
  Histogram wide = Histogram::holding(geometry, 0);
  const std::int64_t highest = wide.value_at_index(wide.counts_length() - 1);
  for (std::size_t index = 0; index < histogram.counts_length(); ++index) {
    const std::int64_t count = histogram.count_at_index(index);
    if (count == 0) continue;
    const std::int64_t value = histogram.highest_equivalent(histogram.value_at_index(index));
    // Cannot fail: the value is in range, and the total is that of the other histogram.
    static_cast<void>(
        wide.record(value > most ? highest : std::min(value * factor, highest), count));
  }
  return wide;
}

}  // namespace walbench::metrics
