#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "metrics/histogram/histogram.hpp"
#include "metrics/statistics/statistics.hpp"

// How far chance may have moved a percentile, from one histogram alone.
//
// Take n independent samples of a distribution and let q be its true percentile p. How many of them
// lie below q is binomial, Bin(n, p), whatever the distribution. Read the other way round: the true
// percentile lies between the sample of rank J and the next one, with J from Bin(n, p). Resampling
// these ranks and looking up the values at them is a bootstrap of the percentile.
//
// The plain bootstrap resamples n values, of which the k-th in order is at rank n Beta(k, n+1-k).
// In the middle the two agree. In the tail they do not: a sample of 818 values never draws a value
// above its largest one, so its P99.9 seems known, and of pairs of equal distributions it tells
// five times as many apart as it should. Here the rank may be n, which means that q lies above
// everything that was seen: the histogram then has too few samples for an interval, and says so.
//
// No sample is drawn. The chances of the ranks are summed up exactly, as are those of all pairs of
// a value before and one after: the same as infinitely many resamplings.

namespace walbench::metrics {

/// The elements of a histogram that hold any samples, in ascending order.
class OccupiedElements {
 public:
  explicit OccupiedElements(const Histogram& histogram);

  struct Element {
    double low_ns = 1;      ///< where its values begin; what is below 1 ns counts as 1 ns
    double high_ns = 1;     ///< where the next element's begin
    std::int64_t rank = 0;  ///< of its last sample: how many lie up to there
  };
  const std::vector<Element>& all() const { return elements_; }
  std::int64_t total_count() const { return elements_.empty() ? 0 : elements_.back().rank; }

 private:
  std::vector<Element> elements_;
};

/// The places where the true percentile behind a histogram may lie, each with its chance.
struct PercentileSpread {
  struct Place {
    double low_ns = 1;
    double high_ns = 1;
    double chance = 0;
  };
  std::vector<Place> places;  ///< ascending; their chances and the two below add up to 1
  double chance_below = 0;    ///< below the smallest sample
  double chance_above = 0;    ///< above the largest
};

/// The spread of the percentile (above 0, below 100). Requires: at least one sample.
PercentileSpread percentile_spread(const OccupiedElements& samples, double percentile);

/// The interval of the ratio after / before of two percentiles from independent samples, which
/// misses the true one with chance `outside`, half of it on either side. Elements of the histogram
/// are taken at the end that makes the interval wider, so values that it cannot distinguish
/// stay equal. Nothing if the interval would reach past the samples: there are too few of them.
std::optional<Change::Interval> ratio_interval(const PercentileSpread& before,
                                               const PercentileSpread& after, double outside);

}  // namespace walbench::metrics
