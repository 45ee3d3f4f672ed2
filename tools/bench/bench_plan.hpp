#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/plan.hpp"
#include "metrics/result/limit.hpp"
#include "storage/axes.hpp"
#include "storage/strategies.hpp"
#include "tools/bench/bench_options.hpp"
#include "tools/bench/change.hpp"

namespace walbench::tools {

/// The configuration at which mitigations are measured.
struct Level {
  std::int64_t threads = 10;
  engine::Profile profile = engine::Profile::zero;
};

/// The value of --checkpoint.
struct CheckpointChoice {
  storage::CheckpointMode mode = storage::CheckpointMode::automatic;
  std::optional<storage::CheckpointKind> kind = {};  ///< of `background`; none: the usual one

  bool operator==(const CheckpointChoice&) const = default;
};

/// The command line, each value read and in its range, before the values are held against each
/// other. The defaults of bench are the values that stand here and in ConfigurationPlan.
struct BenchRequest {
  BenchOptions options;              ///< all but its plan, which is still to be made
  engine::ConfigurationPlan common;  ///< the values that all configurations share
  std::vector<std::int64_t> threads = {1, 10, 50};
  std::vector<engine::Profile> profiles = {engine::Profile::zero, engine::Profile::realistic};
  bool quick = false;
  std::optional<engine::ApiDelay> api_delay;  ///< of profile realistic
  std::optional<std::int64_t> warmup;
  std::string strategy = std::string(storage::kStrategies.front().name);
  std::vector<std::function<void(storage::Axes&)>> axis_changes;
  bool queue_named = false;
  /// One or several: each is measured with each of the others.
  std::vector<storage::Synchronous> synchronous = {storage::Synchronous::normal};
  std::vector<std::chrono::milliseconds> busy_timeouts = {std::chrono::milliseconds(5000)};
  std::vector<Setting> pragmas;
  std::vector<Try> tries;
  bool shared_connection = false;
  std::optional<Level> mitigate_at;
  std::optional<std::int64_t> repeat;
  bool study = false;
  std::vector<metrics::Limit> fail_if;
  std::optional<CheckpointChoice> checkpoint;
  std::optional<std::int64_t> checkpoint_frames;
  std::optional<std::int64_t> wal_cap_frames;
  std::optional<std::chrono::nanoseconds> perturb;
  std::optional<std::filesystem::path> library;  ///< SQLite's; nothing: the one that is installed
  LibraryLookup look_up;
  ScriptRequest scripts;
  std::set<std::string> given;  ///< the names of the options that were there
};

inline constexpr std::int64_t kMostInFlight = 100'000;  ///< some KB each if they share threads

/// What that option's library says of itself. Throws std::invalid_argument, with a sentence that
/// names the option.
LibraryFacts library_at(const std::filesystem::path& file, std::string_view option,
                        const LibraryLookup& look_up);

/// The plan that was asked for. Throws std::invalid_argument, with a sentence that names the
/// option, if values contradict each other or concern nothing.
BenchOptions plan_bench(const BenchRequest& given);

}  // namespace walbench::tools
