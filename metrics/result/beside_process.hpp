#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace walbench::metrics {

/// What became of somebody else's process that ran during a measurement.
struct BesideProcess {
  bool stopped = false;                        ///< it was still running at the end, and was stopped
  std::optional<std::int64_t> exit_code = {};  ///< empty: a signal ended it
  std::optional<std::int64_t> signal = {};
  std::string last_error = {};  ///< the last line that it wrote to stderr

  /// It ended before it had to, and not well.
  bool failed() const { return !stopped && exit_code.value_or(1) != 0; }
  bool operator==(const BesideProcess&) const = default;
};

}  // namespace walbench::metrics
