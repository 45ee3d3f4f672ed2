#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "metrics/result/configuration_result.hpp"
#include "metrics/statistics/scalability_law.hpp"

namespace walbench::metrics {

/// How one figure grew from one level of concurrency to a higher one.
struct Growth {
  std::string_view figure;  ///< `fsm_net P95`, `lock_wait P95`, `transitions/s`
  std::int64_t threads_before = 0;
  std::int64_t threads_after = 0;
  double before = 0;  ///< ms, or per second
  double after = 0;

  /// e in after / before = (threads_after / threads_before) ^ e.
  double exponent() const;

  /// `falls` below -0.1, `flat` up to 0.1, `sub-linear` up to 0.9, `linear` up to 1.1,
  /// `super-linear` above.
  std::string_view kind() const;
};

/// The bottleneck at one level of concurrency.
struct ScalingLevel {
  std::int64_t threads = 0;
  std::string bottleneck;  ///< segment, and its root cause; empty if files are missing
  std::string root_cause;
};

/// Configurations that differ in their number of threads alone.
struct Scaling {
  std::string profile;
  std::string strategy;
  std::vector<ScalingLevel> levels;  ///< by rising number of threads
  std::vector<Growth> growths;       ///< of each figure: level by level, then from first to last
  bool bottleneck_changes = false;   ///< or its root cause
  /// Why one thread is not compared with more, neither here nor by the law; nothing if it is.
  std::optional<std::string> left_out;
  std::variant<ScalabilityFit, std::string> law;  ///< or why there is no fit
};

/// One for each profile and strategy that was measured at two levels of concurrency or more.
std::vector<Scaling> analyse_scaling(const std::vector<ConfigurationResult>& configurations);

}  // namespace walbench::metrics
