#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/workload/lifecycle/api_delay.hpp"
#include "engine/workload/lifecycle/schema.hpp"
#include "engine/workload/script/script_workload.hpp"
#include "metrics/result/configuration_result.hpp"
#include "metrics/result/mitigation_result.hpp"
#include "storage/axes.hpp"
#include "storage/database.hpp"
#include "storage/settings.hpp"

namespace walbench::engine {

/// How the remote API behaves.
enum class Profile : std::uint8_t {
  zero,       ///< it answers at once: only the database is measured
  realistic,  ///< each call takes the plan's delay
};

std::string_view profile_name(Profile profile);

/// A library that brings the engine. Which one is in use is the same in the whole process.
struct EngineLibrary {
  std::filesystem::path file = {};  ///< empty: the one that this process has loaded
  std::string version = {};
  std::string source_id = {};  ///< what it says of itself
  bool wal_reset_bug = false;  ///< it has that bug
};

/// One measurement: one number of threads with one strategy. Runs file lifecycles, unless it has
/// scripts.
struct ConfigurationPlan {
  std::shared_ptr<const ScriptJob> scripts;
  RetryPlan retry;
  std::chrono::nanoseconds duration{0};  ///< after which no iteration starts; 0: `files` decides
  std::int64_t threads = 10;
  std::int64_t readers = 0;                   ///< beside them
  std::chrono::nanoseconds hold_snapshot{0};  ///< by each of a reader's transactions, from its
                                              ///< first row on
  /// A shell's command that runs during the measurement, with {db} for the database's path; empty:
  /// none.
  std::string beside;
  Profile profile = Profile::zero;
  ApiDelay api_delay;        ///< of each of a lifecycle's calls
  double api_fail_rate = 0;  ///< of each call, 0 to below 1
  std::string as;            ///< the stack whose settings it has; empty: none
  std::string strategy;      ///< as storage::describe_strategy names the axes
  storage::Axes axes;
  std::int64_t files = 818;       ///< lifecycles, or iterations of scripts; 0 with a duration
  std::int64_t warmup_files = 0;  ///< lifecycles run, with an API that answers at once, before the
                                  ///< clock starts
  Schema schema = Schema::bench;
  storage::ConnectionSettings settings;
  std::uint64_t seed = 42;
  EngineLibrary library;            ///< the one that is measured
  bool memory_statistics = true;    ///< of the engine; on in this process
  bool own_process = false;         ///< as the other side of its pair, which needs one
  bool anatomy = false;             ///< follow the write lock in time
  bool wal_reset_exposed = false;   ///< the loaded library has that bug, and this plan can meet it
  std::vector<std::string> varied;  ///< set by name_what_varies()
  std::vector<std::string> limits;  ///< that the user set for it: see metrics::parse_limit()

  /// True if this process cannot measure it, or if the other side of its pair has a process of its
  /// own and this side must be alike.
  bool needs_own_process() const {
    return own_process || !memory_statistics || !library.file.empty();
  }

  storage::Instrumentation instrumentation() const {
    return anatomy ? storage::Instrumentation::anatomy : storage::Instrumentation::counts;
  }

  /// The same as results have it.
  metrics::ConfigurationPlanned planned() const;

  /// The result that a measurement will have, as far as its plan decides it.
  metrics::ConfigurationResult unmeasured() const;

  /// How long the API alone keeps it busy, on average: a lower bound on its duration.
  std::chrono::nanoseconds api_time() const;
};

/// A mitigation to be measured against its baseline, both `repeats` times, in turn.
struct MitigationPlan {
  metrics::MitigationInfo info;
  ConfigurationPlan baseline;
  ConfigurationPlan mitigation;
  std::int64_t repeats = 1;
};

/// Everything that one call of `bench` measures, in this order.
struct RunPlan {
  std::vector<ConfigurationPlan> configurations;
  std::vector<MitigationPlan> mitigations;
  std::uint64_t seed = 42;
  bool ceiling = false;  ///< measure first what the machine can do at all

  /// Every measurement in its order: the configurations, then for each mitigation baseline,
  /// mitigation, baseline, mitigation, ... Points into the plan.
  std::vector<const ConfigurationPlan*> measurements() const;

  /// How long the API alone keeps the whole run busy: a lower bound on its duration.
  std::chrono::nanoseconds api_time() const;
};

/// Gives every configuration a key of its own within the run: see metrics::Key.
void name_what_varies(RunPlan& plan);

/// Puts the quick ones first: all of profile zero by rising number of threads, then realistic from
/// most threads to fewest.
void order_fastest_first(std::vector<ConfigurationPlan>& configurations);

}  // namespace walbench::engine
