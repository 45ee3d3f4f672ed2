#include "metrics/statistics/busy_timeout.hpp"

#include <array>
#include <cmath>
#include <cstddef>

namespace walbench::metrics {
namespace {

constexpr std::array kChances = {1e-3, 1e-6};
constexpr double kDoubt = 0.05;
constexpr std::int64_t kNsInMs = 1'000'000;

/// The most transactions that may exceed a limit which still holds; nothing if even one is
/// too many.
std::optional<std::int64_t> most_above(double expected) {
  std::optional<std::int64_t> most;
  double cumulative = 0;
  for (std::int64_t count = 0;; ++count) {
    const auto k = static_cast<double>(count);
    cumulative += std::exp(k * std::log(expected) - expected - std::lgamma(k + 1));
    if (cumulative > kDoubt) return most;
    most = count;
  }
}

/// The largest value that `above` samples exceed, at most; 0 if there are no more samples.
std::int64_t largest_but(const Histogram& histogram, std::int64_t above) {
  std::int64_t seen = 0;
  for (std::size_t index = histogram.counts_length(); index-- > 0;) {
    seen += histogram.count_at_index(index);
    if (seen > above) return histogram.highest_equivalent(histogram.value_at_index(index));
  }
  return 0;
}

}  // namespace

std::vector<TimeoutAdvice> advise_timeouts(const Histogram& asked_ns, std::int64_t transactions) {
  std::vector<TimeoutAdvice> all;
  for (const double chance : kChances) {
    TimeoutAdvice advice{
        chance, transactions, static_cast<std::int64_t>(std::ceil(-std::log(kDoubt) / chance)), {}};
    const double expected = static_cast<double>(transactions) * chance;
    if (transactions >= advice.transactions_needed) {
      if (const auto above = most_above(expected)) {
        advice.timeout_ms = (largest_but(asked_ns, *above) + kNsInMs - 1) / kNsInMs;
      }
    }
    all.push_back(advice);
  }
  return all;
}

}  // namespace walbench::metrics
