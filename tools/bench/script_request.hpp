#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/workload/script/script_workload.hpp"
#include "engine/workload/script/setup.hpp"

namespace walbench::tools {

/// One script that was asked for.
struct ScriptSource {
  std::string name;  ///< of a file, or of a built-in script
  bool built_in = false;
  std::optional<std::int64_t> weight = {};
};

/// The part of the command line that is about scripts.
struct ScriptRequest {
  std::vector<ScriptSource> scripts;  ///< empty: file lifecycles
  std::optional<std::filesystem::path> setup;
  std::vector<engine::ScriptDefinition> definitions;
  std::int64_t scale = 1;
  std::optional<std::filesystem::path> db;
  std::optional<std::chrono::nanoseconds> duration;
  std::optional<std::int64_t> iterations;
  engine::RetryPlan retry;
};

/// The scripts of a run, and where their database comes from.
struct ScriptRun {
  engine::ScriptJob job;
  engine::Setup setup;
  std::optional<std::filesystem::path> db;  ///< the user's; nothing: a new one
};

/// Reads and checks the scripts. Throws std::invalid_argument with all that is wrong, a line each.
std::shared_ptr<ScriptRun> compile_run(const ScriptRequest& request, std::uint64_t seed);

}  // namespace walbench::tools
