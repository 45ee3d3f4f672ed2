#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace walbench::metrics {

/// The middle value, or the mean of the two middle ones; 0 if there are none.
double median(std::span<const double> values);

/// How a figure changed from before to after, as a ratio: 1 is no change, 0.5 is half.
struct Change {
  struct Interval {
    double low = 1;
    double high = 1;
  };

  double ratio = 1;
  std::optional<Interval> interval;  ///< nothing for a single pair

  bool shown() const { return interval && (interval->low > 1 || interval->high < 1); }
  bool shown_larger() const { return interval && interval->low > 1; }
  bool shown_smaller() const { return interval && interval->high < 1; }
};

/// The change between paired values, measured in turn: the geometric mean of after / before, with
/// Student's t interval over the logarithms, which misses the true one with chance `outside`.
/// Logarithms because a change of strategy multiplies
/// latencies rather than adds to them, and because they tame long tails; pairs because what a
/// shared machine does to one run it likely does to the next. Values below `least` count as
/// `least`. Requires: as many values after as before, at least one; `least` above zero.
Change paired_change(std::span<const double> before, std::span<const double> after, double least,
                     double outside);

/// A figure of one run and its resolution: it may stand for any value that is less than
/// `resolution` away, on a side that is the same for all figures.
struct RunFigure {
  double value = 0;
  double resolution = 0;
};

/// The change between runs that do not belong together in pairs: the ratio of the geometric means,
/// with Welch's t interval over the logarithms, which misses the true one with chance `outside`.
/// Welch's, since after a change runs may vary more than before; no run is taken to vary less than
/// its resolution makes it, and the interval is wider by that, so that equal figures do not pass
/// for certain ones. Requires: at least two figures on either side, all of them and their
/// resolutions above zero.
Change unpaired_change(std::span<const RunFigure> before, std::span<const RunFigure> after,
                       double outside);

}  // namespace walbench::metrics
