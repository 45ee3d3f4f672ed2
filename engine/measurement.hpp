#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>

#include "engine/plan.hpp"
#include "engine/workload/lifecycle/ack_log.hpp"
#include "engine/workload/workload.hpp"
#include "metrics/clock.hpp"
#include "metrics/histogram/interval_log.hpp"
#include "metrics/result/configuration_result.hpp"
#include "storage/database.hpp"
#include "storage/storage_error.hpp"

namespace walbench::engine {

/// The parts of one configuration's measurement, in their order.
enum class Phase : std::uint8_t { seed, warm_up, reset, measure, drain, verify };

/// A measurement that ended without a result; the message names what was measured and what failed.
class RunFailed : public std::runtime_error {
 public:
  RunFailed(const std::string& what, Phase phase, storage::Remedy remedy = storage::Remedy::none)
      : std::runtime_error(what), phase_(phase), remedy_(remedy) {}

  Phase phase() const { return phase_; }
  storage::Remedy remedy() const { return remedy_; }

 private:
  Phase phase_;
  storage::Remedy remedy_;
};

/// A run that was stopped.
class RunInterrupted : public std::runtime_error {
 public:
  RunInterrupted() : std::runtime_error("the run was interrupted") {}
};

/// Follows a run. Phases are reported by the thread that runs; lifecycle_done is called while
/// measuring, by the thread that did it. Implementations must not block.
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

/// Ignores the progress of a measurement.
class NobodyFollows final : public RunObserver {
 public:
  void phase_begins(std::size_t /*measurement*/, Phase /*phase*/) override {}
  void lifecycle_done() override {}
  void measurement_done(std::size_t /*measurement*/) override {}
};

class ChildProcesses;

/// Everything that a run needs from outside.
struct RunContext {
  /// A fresh, empty database for each measurement.
  std::function<std::unique_ptr<storage::Database>(const ConfigurationPlan&)> open_database;
  const metrics::Clock* clock;
  RunObserver* observer;
  std::stop_token stop;
  std::function<void()> on_worker_thread = nullptr;  ///< called by each thread that runs iterations
  /// A log of that configuration's intervals, or null if there is to be none; and how long an
  /// interval is. Not called for mitigations.
  std::function<std::unique_ptr<metrics::IntervalLog>(const ConfigurationPlan&)> open_interval_log =
      nullptr;
  std::chrono::nanoseconds interval{0};
  /// The workload of a configuration; null: what the plan says.
  std::function<std::unique_ptr<Workload>(const ConfigurationPlan&)> open_workload = nullptr;
  std::string library = "the SQLite that was loaded";  ///< its name in messages
  /// Where the database lies, for the process beside the measurement; null: nowhere.
  std::function<std::filesystem::path()> database_path = nullptr;
  AckLog* acks = nullptr;  ///< gets the transitions that are acknowledged while measuring
  /// Measures what needs a process of its own; null: this is that process.
  ChildProcesses* children = nullptr;
};

/// Measures in processes of their own. Members throw RunFailed and RunInterrupted.
class ChildProcesses {
 public:
  ChildProcesses() = default;
  ChildProcesses(const ChildProcesses&) = delete;
  ChildProcesses& operator=(const ChildProcesses&) = delete;
  virtual ~ChildProcesses() = default;

  /// As measure_configuration().
  virtual metrics::ConfigurationResult measure(const ConfigurationPlan& plan, std::size_t index,
                                               const RunContext& context) = 0;
  /// As write_raw() in ceiling.hpp.
  virtual double write_raw(const ConfigurationPlan& plan, std::int64_t group_size,
                           const RunContext& context) = 0;
};

/// The name of a measurement in messages: `c=10 zero per-file`.
std::string label(const ConfigurationPlan& plan);

/// The workload of that configuration.
std::unique_ptr<Workload> open_workload(const ConfigurationPlan& plan, const RunContext& context);

/// Measures one configuration: seed, warm up, reset, measure, drain, verify, in this order. With
/// perturbed schedules a measurement that lost something is repeated ten times, and the error says
/// in how many of them something was lost again.
/// Throws RunFailed if an iteration failed, a sample was lost, a setting was not taken, or the
/// database is not as it must be afterwards; RunInterrupted after a stop was requested.
metrics::ConfigurationResult measure_configuration(const ConfigurationPlan& plan, std::size_t index,
                                                   const RunContext& context);

}  // namespace walbench::engine
