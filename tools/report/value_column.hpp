#pragma once

#include <cstdint>
#include <iosfwd>
#include <stdexcept>

#include "metrics/histogram/histogram.hpp"

namespace walbench::tools {

/// A column that does not hold what it should; the message names the line.
class ValueColumnError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Records a column of whole numbers, one latency in nanoseconds a line; blank lines are skipped.
/// With an expected interval above 0, corrects for coordinated omission: see
/// Histogram::record_corrected. Reads in constant memory. Throws ValueColumnError for a line that
/// is no number, is negative, or does not fit into the histogram.
void record_column(std::istream& input, std::int64_t expected_interval_ns,
                   metrics::Histogram& histogram);

}  // namespace walbench::tools
