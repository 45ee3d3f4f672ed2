#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "metrics/histogram/hgrm.hpp"
#include "metrics/result/environment.hpp"
#include "metrics/result/loaded_log.hpp"
#include "metrics/result/mitigation_result.hpp"
#include "metrics/result/result_files.hpp"
#include "metrics/result/run_result.hpp"

namespace walbench::metrics {

/// What .hgrm files said about one run of bench.
struct LoadedRun {
  std::string run_id;
  std::string instance;  ///< tells runs of the same id apart; empty in older files
  std::string timestamp;
  std::string environment_digest;
  std::optional<Environment> environment;  ///< missing in older files
  /// With the segments whose files were given; in the order in which bench measures.
  std::vector<ConfigurationResult> configurations;
  std::vector<MitigationResult> mitigations;  ///< likewise, simplest first; a side may be empty
  std::vector<RunFailure> failures = {};      ///< measurements without a result
  /// What the run's JSON says, if it lies beside its files: whether everything was measured, and
  /// the labels of what was to be.
  std::optional<bool> complete = {};
  std::vector<std::string> planned = {};
};

/// A distribution that belongs to no run of bench.
struct LoneDistribution {
  std::filesystem::path path;
  HgrmFile file;          ///< with a histogram, in nanoseconds, where walbench wrote it
  std::string name = {};  ///< the path and, if the file holds several, what it calls this one
};

/// .hgrm and .hlog files, put together again.
struct ResultSet {
  std::vector<LoadedRun> runs;  ///< in the order of their first file
  std::vector<LoneDistribution> lone;
  std::vector<LoadedLog> logs;  ///< .hlog files, and those of interrupted runs, .hlog.partial
  std::vector<FileProblem> problems;
};

/// How far load_results() has come.
struct LoadProgress {
  std::size_t files_read = 0;
  std::size_t files = 0;
  std::uintmax_t bytes_read = 0;  ///< of the file that is being read; of long ones alone
  std::uintmax_t bytes = 0;       ///< its size; 0 where that is unknown
};

/// Reads the files; a folder stands for the .hgrm and .hlog files in it. One that cannot be used
/// becomes a problem and does not keep the others from being read. `progress` is told often: before
/// each file and after each interval of a log.
ResultSet load_results(const std::vector<std::filesystem::path>& paths,
                       const std::function<void(const LoadProgress&)>& progress = {},
                       const Reading& reading = {});

}  // namespace walbench::metrics
