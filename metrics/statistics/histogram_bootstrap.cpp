#include "metrics/statistics/histogram_bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "metrics/statistics/distributions.hpp"

namespace walbench::metrics {
namespace {

/// More samples than these are taken for so many: what they leave to chance is far below what a
/// histogram tells apart, and sums over binomials need not go on for ever.
constexpr double kMostTrials = 1e10;

/// The chance that the true percentile lies below the middle between the sample of a rank and the
/// next. Half of the gap between two samples belongs to either.
class RankChance {
 public:
  RankChance(std::int64_t total, double percentile)
      : scale_(std::min(1.0, kMostTrials / static_cast<double>(total))),
        trials_(std::max(std::int64_t{1}, scaled(total))),
        success_(percentile / 100) {}

  double below(std::int64_t rank) const {
    const std::int64_t count = scaled(rank);
    const auto trials = static_cast<double>(trials_);
    const double deviation = std::sqrt(trials * success_ * (1 - success_));
    const double away = static_cast<double>(count) - trials * success_;
    constexpr double kSurely = 12;  // standard deviations; also far enough for a few rare samples
    if (std::abs(away) > kSurely * deviation + kSurely) return away < 0 ? 0 : 1;
    return (binomial_at_most(count - 1, trials_, success_) +
            binomial_at_most(count, trials_, success_)) /
           2;
  }

 private:
  std::int64_t scaled(std::int64_t rank) const {
    return scale_ < 1 ? std::llround(static_cast<double>(rank) * scale_) : rank;
  }

  double scale_;
  std::int64_t trials_;
  double success_;
};

/// The chance that after / before is below the ratio, each place taken at the end that makes the
/// quotient smaller. Values beyond the samples are unknown, so they count as below.
double chance_below(const PercentileSpread& before, const PercentileSpread& after, double ratio) {
  double chance = after.chance_below + before.chance_above;
  double larger_before = 0;  // the chance that `before` is above the present after / ratio
  std::size_t first_larger = before.places.size();
  for (std::size_t at = after.places.size(); at > 0; --at) {
    const PercentileSpread::Place& place = after.places[at - 1];
    while (first_larger > 0 && before.places[first_larger - 1].high_ns * ratio > place.low_ns) {
      larger_before += before.places[--first_larger].chance;
    }
    chance += place.chance * larger_before;
  }
  return chance;
}

/// The largest ratio below which after / before lies with no more than that chance.
std::optional<double> lower_end(const PercentileSpread& before, const PercentileSpread& after,
                                double chance) {
  if (after.chance_below + before.chance_above >= chance) return std::nullopt;
  double low = std::log(after.places.front().low_ns / before.places.back().high_ns);
  double high = std::log(after.places.back().low_ns / before.places.front().high_ns);
  constexpr int kHalvings = 40;  // of at most 60: to within 1e-10, far finer than the elements
  for (int halving = 0; halving < kHalvings; ++halving) {
    const double middle = (low + high) / 2;
    (chance_below(before, after, std::exp(middle)) <= chance ? low : high) = middle;
  }
  return std::exp(low);
}

}  // namespace

OccupiedElements::OccupiedElements(const Histogram& histogram) {
  std::int64_t rank = 0;
  for (std::size_t index = 0; index < histogram.counts_length(); ++index) {
    const std::int64_t count = histogram.count_at_index(index);
    if (count == 0) continue;
    rank += count;
    const std::int64_t value = histogram.value_at_index(index);
    elements_.push_back({std::max(1.0, static_cast<double>(value)),
                         static_cast<double>(histogram.highest_equivalent(value)) + 1, rank});
  }
}

PercentileSpread percentile_spread(const OccupiedElements& samples, double percentile) {
  constexpr double kNegligible = 1e-15;
  const std::int64_t total = samples.total_count();
  const RankChance ranks(total, percentile);
  PercentileSpread spread;
  double below = ranks.below(0);
  spread.chance_below = below;
  for (const OccupiedElements::Element& element : samples.all()) {
    const double up_to = ranks.below(element.rank);
    if (up_to - below > kNegligible) {
      spread.places.push_back({element.low_ns, element.high_ns, up_to - below});
    }
    below = up_to;
  }
  spread.chance_above = 1 - below;
  return spread;
}

std::optional<Change::Interval> ratio_interval(const PercentileSpread& before,
                                               const PercentileSpread& after, double outside) {
  if (before.places.empty() || after.places.empty()) return std::nullopt;
  const std::optional<double> low = lower_end(before, after, outside / 2);
  const std::optional<double> inverse_high = lower_end(after, before, outside / 2);
  if (!low || !inverse_high) return std::nullopt;
  return Change::Interval{*low, 1 / *inverse_high};
}

}  // namespace walbench::metrics
