#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "metrics/histogram/histogram.hpp"

namespace walbench::metrics {

/// A busy_timeout that keeps the chance of SQLITE_BUSY, per transaction, below a limit.
struct TimeoutAdvice {
  double chance = 0;                       ///< the limit
  std::int64_t transactions = 0;           ///< that the advice rests on
  std::int64_t transactions_needed = 0;    ///< for advice of that kind
  std::optional<std::int64_t> timeout_ms;  ///< nothing: too few transactions to tell

  bool operator==(const TimeoutAdvice&) const = default;
};

/// Advice for chances of 1e-3 and 1e-6, from the waits of a run: `asked_ns` has, for each of the
/// `transactions` that waited for the write lock, what SQLite's busy handler asked to sleep in all,
/// in nanoseconds; the others did not wait.
///
/// The timeout is an upper confidence limit (95 %) of the quantile, free of any assumption about
/// the distribution: the largest wait but m, where m is the largest number for which no more than m
/// of n transactions exceeding the quantile has a chance of 5 % at most (Poisson). With fewer than
/// 3 / chance transactions not even the largest wait is one. It holds for what was measured: this
/// load, on this machine.
std::vector<TimeoutAdvice> advise_timeouts(const Histogram& asked_ns, std::int64_t transactions);

}  // namespace walbench::metrics
