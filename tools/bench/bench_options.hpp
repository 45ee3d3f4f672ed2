#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/plan.hpp"
#include "tools/bench/own_process.hpp"
#include "tools/bench/script_request.hpp"
#include "tools/program/parse_end.hpp"

namespace walbench::tools {

enum class ProgressMode : std::uint8_t { automatic, always, never };

/// A checked command line of `bench`.
struct BenchOptions {
  engine::RunPlan plan;
  std::shared_ptr<ScriptRun> scripts;                ///< null: file lifecycles
  std::optional<std::filesystem::path> scratch;      ///< where databases lie; nothing: TMPDIR, /tmp
  std::optional<std::filesystem::path> keep_db;      ///< where the measured one stays
  std::vector<std::string> left_out;                 ///< sentences about mitigations
  LibraryFacts library;                              ///< the one that is measured
  std::optional<std::chrono::nanoseconds> interval;  ///< of the interval logs; nothing: none
  std::optional<std::string> ack_log;                ///< a file, or `-` for standard output
  std::filesystem::path results = "results";
  ProgressMode progress = ProgressMode::automatic;
  bool details = false;  ///< every configuration in full, even if there are several
  bool wall_profile = false;

  bool perturbed() const {
    return plan.configurations.front().settings.perturbation.longest.count() > 0;
  }
  bool quiet = false;
};

/// Finds out about a library, as facts_of_library() does.
using LibraryLookup = std::function<LibraryFacts(const std::filesystem::path&)>;

/// Reads the arguments behind the program's name.
std::variant<BenchOptions, ParseEnd> parse_bench_options(const std::vector<std::string>& arguments,
                                                         const LibraryLookup& look_up);

}  // namespace walbench::tools
