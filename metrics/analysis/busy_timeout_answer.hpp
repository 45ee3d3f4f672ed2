#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "metrics/result/mitigation_result.hpp"

namespace walbench::metrics {

/// A wait that has asked to sleep for so much of busy_timeout counts as close to SQLITE_BUSY.
inline constexpr double kNearBusy = 0.8;

/// The one answer to how long busy_timeout should be, from the longest waits of a run.
struct BusyTimeoutAnswer {
  std::int64_t longest_us = 0;     ///< of all waits, as SQLite holds it against busy_timeout
  std::int64_t configured_ms = 0;  ///< where that wait was
  std::string where;               ///< label of the configuration that came closest to its timeout
  std::int64_t set_ms = 0;         ///< what to set: twice that, and five seconds or more
  std::int64_t refused = 0;        ///< attempts of the whole run that ended in SQLITE_BUSY

  /// 0 to 1: how much of the timeout that was set the wait used up.
  double used() const;
  bool is_near() const { return used() >= kNearBusy; }
  /// The answer with its evidence, in a sentence or two.
  std::string sentence() const;
};

/// Over all configurations and repeats, the one that used up most of its timeout; nothing if there
/// are none.
std::optional<BusyTimeoutAnswer> answer_busy_timeout(
    const std::vector<ConfigurationResult>& configurations,
    const std::vector<MitigationResult>& mitigations);

}  // namespace walbench::metrics
