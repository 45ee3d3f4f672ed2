#include "metrics/histogram/sparse_histogram.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

#include "metrics/format_error.hpp"

namespace walbench::metrics {
namespace {

constexpr std::int64_t kMostSamples = std::numeric_limits<std::int64_t>::max();

/// A dense array of so many times the counts takes less time and hardly more memory; and so it does
/// once merging has taken so many times its length.
constexpr std::size_t kSparseBelow = 8;

using Count = SparseHistogram::Count;

void record(const SparseHistogram& part, Histogram& into) {
  for (const Count& each : part.counts()) {
    if (!into.record(part.value_at_index(each.index), each.count)) {
      throw FormatError("histograms add up to more samples than 64 bits hold");
    }
  }
}

std::vector<Count> merged(const std::vector<Count>& one, const std::vector<Count>& other) {
  std::vector<Count> all;
  all.reserve(one.size() + other.size());
  auto at = one.begin();
  for (const Count& each : other) {
    while (at != one.end() && at->index < each.index) {
      all.push_back(*at++);
    }
    const bool same = at != one.end() && at->index == each.index;
    const std::int64_t before = same ? (at++)->count : 0;
    if (each.count > kMostSamples - before) {
      throw FormatError("histograms add up to more samples than 64 bits hold");
    }
    all.push_back({each.index, before + each.count});
  }
  all.insert(all.end(), at, one.end());
  return all;
}

HistogramGeometry wider(const HistogramGeometry& one, const HistogramGeometry& other) {
  return {std::min(one.lowest_discernible_value, other.lowest_discernible_value),
          std::max(one.highest_trackable_value, other.highest_trackable_value),
          std::max(one.significant_digits, other.significant_digits)};
}

}  // namespace

SparseHistogram::SparseHistogram(const HistogramGeometry& geometry, std::vector<Count> counts)
    : shape_(Histogram::holding(geometry, 0)), counts_(std::move(counts)) {
  for (const Count& each : counts_) {
    if (each.count > kMostSamples - total_count_) {
      throw FormatError("histogram counts add up to more than 64 bits hold");
    }
    total_count_ += each.count;
  }
}

std::int64_t SparseHistogram::max() const {
  return counts_.empty() ? 0 : shape_.highest_equivalent(value_at_index(counts_.back().index));
}

std::int64_t SparseHistogram::value_at_percentile(double percentile) const {
  const std::int64_t rank = percentile_rank(percentile, total_count_);
  std::int64_t counted = 0;
  for (const Count& each : counts_) {
    counted += each.count;
    if (counted < rank) continue;
    const std::int64_t value = value_at_index(each.index);
    return percentile == 0 ? value : shape_.highest_equivalent(value);
  }
  return 0;
}

Histogram SparseHistogram::dense() const {
  const std::size_t held = counts_.empty() ? 0 : std::size_t{counts_.back().index} + 1;
  Histogram histogram = Histogram::holding(geometry(), held);
  record(*this, histogram);
  return histogram;
}

void HistogramSum::make_dense(const HistogramGeometry& geometry) {
  Histogram sum = Histogram::holding(geometry, 0);
  if (dense_) {
    if (sum.add(*dense_) > 0) throw FormatError("histograms do not fit into one");
  } else {
    record(sparse_, sum);
  }
  dense_ = std::move(sum);
  sparse_ = {};
}

void HistogramSum::add(const SparseHistogram& part) {
  if (std::exchange(first_, false)) {
    sparse_ = part;
    return;
  }
  const HistogramGeometry& geometry = dense_ ? dense_->geometry() : sparse_.geometry();
  if (geometry != part.geometry()) {
    if (const HistogramGeometry wide = wider(geometry, part.geometry());
        !dense_ || wide != geometry) {
      make_dense(wide);
    }
  } else if (!dense_) {
    sparse_ = SparseHistogram(geometry, merged(sparse_.counts(), part.counts()));
    const std::vector<Count>& counts = sparse_.counts();
    merged_ += counts.size();
    const std::size_t last = counts.empty() ? 0 : counts.back().index;
    if (counts.size() * kSparseBelow > last || merged_ > kSparseBelow * last) {
      make_dense(HistogramGeometry(sparse_.geometry()));
    }
    return;
  }
  record(part, *dense_);
}

}  // namespace walbench::metrics
