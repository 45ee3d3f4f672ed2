#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "metrics/result/configuration_result.hpp"
#include "metrics/result/environment.hpp"
#include "metrics/result/mitigation_result.hpp"

namespace walbench::metrics {

/// The version of the files in `results/`: raised when a field changes its meaning or goes away.
inline constexpr int kSchemaVersion = 4;

/// A measurement without a result.
struct RunFailure {
  std::string key;    ///< what was measured, as a label: `c=10 zero per-file`
  std::string phase;  ///< in which it failed: `seed`, `measure`, `verify`, ...
  std::string sentence;
  std::optional<ConfigurationPlanned> planned = {};  ///< of a configuration
  std::string mitigation = {};  ///< the comparison that it was measured for; empty: none

  bool operator==(const RunFailure&) const = default;
};

/// A run: what one call of `bench` measured. Its run id is empty until it is published.
struct RunResult {
  std::string run_id;
  std::string instance;   ///< random: processes that begin in the same second share their run id
  std::string timestamp;  ///< ISO 8601, UTC, when the run began
  std::uint64_t seed = 0;
  Environment environment;
  std::int64_t resident_peak_bytes = 0;  ///< of the process, as getrusage says
  /// The part that SQLite had from its allocator; nothing if it kept no account.
  std::optional<std::int64_t> sqlite_memory_peak_bytes;
  std::vector<std::string> planned;  ///< labels of everything that was to be measured
  std::vector<RunFailure> failures;
  bool complete = false;              ///< everything was measured, and nothing failed
  std::vector<CeilingPoint> ceiling;  ///< empty where it was not measured
  std::vector<ConfigurationResult> configurations;
  std::vector<MitigationResult> mitigations;
};

}  // namespace walbench::metrics
