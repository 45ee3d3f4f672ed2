#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "metrics/histogram/histogram.hpp"

namespace walbench::metrics {

/// The counts of a histogram that are not 0: for the many short-lived ones of an interval log,
/// which hold a few hundred of tens of thousands. Statistics are those of Histogram. Copyable; one
/// owner at a time.
class SparseHistogram {
 public:
  struct Count {
    std::uint32_t index;  ///< as Histogram::count_at_index() takes it
    std::int64_t count;   ///< above 0
    bool operator==(const Count&) const = default;
  };

  SparseHistogram() : SparseHistogram(HistogramGeometry{}, {}) {}

  /// `counts` are in the order of their indexes, each below the geometry's number of counts. Throws
  /// FormatError if they add up to more than 64 bits hold, std::invalid_argument if the geometry is
  /// out of its ranges.
  SparseHistogram(const HistogramGeometry& geometry, std::vector<Count> counts);

  const HistogramGeometry& geometry() const { return shape_.geometry(); }
  const std::vector<Count>& counts() const { return counts_; }
  std::int64_t total_count() const { return total_count_; }
  std::int64_t max() const;
  std::int64_t value_at_percentile(double percentile) const;
  /// The lowest value counted at the index.
  std::int64_t value_at_index(std::uint32_t index) const { return shape_.value_at_index(index); }

  /// The same as a Histogram, which holds memory up to its last sample only.
  Histogram dense() const;

 private:
  Histogram shape_;  // holds no counts
  std::vector<Count> counts_;
  std::int64_t total_count_ = 0;
};

/// Adds up histograms of any geometry, in memory that is a small multiple of what is in them:
/// sparse at first, so that thousands of small sums cost little.
class HistogramSum {
 public:
  /// Adds every sample, exactly if the geometries are equal; otherwise the sum gets the wider range
  /// and the higher precision of both. Throws FormatError if the total would pass 64 bits.
  void add(const SparseHistogram& part);

  std::int64_t total_count() const {
    return dense_ ? dense_->total_count() : sparse_.total_count();
  }
  Histogram histogram() const { return dense_ ? *dense_ : sparse_.dense(); }

 private:
  void make_dense(const HistogramGeometry& geometry);

  SparseHistogram sparse_;
  std::optional<Histogram> dense_;  // once there is one, `sparse_` is empty
  std::size_t merged_ = 0;          // counts that merging went through
  bool first_ = true;
};

}  // namespace walbench::metrics
