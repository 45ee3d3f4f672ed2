#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <vector>

#include "engine/plan.hpp"
#include "engine/workload/lifecycle/ack_log.hpp"
#include "metrics/clock.hpp"
#include "metrics/histogram/interval_log.hpp"
#include "metrics/result/ceiling.hpp"
#include "metrics/result/mitigation_result.hpp"
#include "metrics/result/run_result.hpp"
#include "storage/database.hpp"

namespace walbench::engine {

/// A run that ended without a result; the message says what failed and where.
class RunFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A run that was told to stop.
class RunInterrupted : public std::runtime_error {
 public:
  RunInterrupted() : std::runtime_error("the run was interrupted") {}
};

/// The parts of one configuration's measurement, in their order.
enum class Phase : std::uint8_t { seed, warm_up, reset, measure, drain, verify };

/// Follows a run. Phases come from the thread that runs; lifecycle_done comes while measuring, from
/// the thread that did it. Implementations must not block.
class RunObserver {
 public:
  RunObserver() = default;
  RunObserver(const RunObserver&) = delete;
  RunObserver& operator=(const RunObserver&) = delete;
  virtual ~RunObserver() = default;

  /// `measurement` counts as RunPlan::measurements() does.
  virtual void phase_begins(std::size_t measurement, Phase phase) = 0;
  virtual void lifecycle_done() = 0;
  virtual void measurement_done(std::size_t measurement) = 0;
};

/// What a run needs from outside.
struct RunContext {
  /// A fresh, empty database for each measurement.
  std::function<std::unique_ptr<storage::Database>(const ConfigurationPlan&)> open_database;
  const metrics::Clock* clock;
  RunObserver* observer;
  std::stop_token stop;
  std::function<void()> on_worker_thread = nullptr;  ///< called by each thread that runs lifecycles
  /// A log of that configuration's intervals, or null where there is to be none; and how long an
  /// interval is. Not asked for mitigations.
  std::function<std::unique_ptr<metrics::IntervalLog>(const ConfigurationPlan&)> open_interval_log =
      nullptr;
  std::chrono::nanoseconds interval{0};
  AckLog* acks = nullptr;  ///< told of the transitions that are acknowledged while measuring
};

/// Measures one configuration: seed, warm up, reset, measure, drain, verify, in this order.
/// Throws RunFailed when a lifecycle failed, a sample was lost, a setting was not taken, or the
/// database is not as it must be afterwards; RunInterrupted after a stop was requested.
metrics::ConfigurationResult measure_configuration(const ConfigurationPlan& plan, std::size_t index,
                                                   const RunContext& context);

/// What a plan's measurements came to.
struct Measured {
  std::vector<metrics::CeilingPoint> ceiling;  ///< empty where the plan does not ask for it
  std::vector<metrics::ConfigurationResult> configurations;
  std::vector<metrics::MitigationResult> mitigations;
};

/// Makes all measurements of a plan, its ceiling first, and judges each by the plan's limits.
/// Throws as measure_configuration does; a result exists only when every database was verified.
Measured measure_all(const RunPlan& plan, const RunContext& context);

}  // namespace walbench::engine
