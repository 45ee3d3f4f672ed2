#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "metrics/analysis.hpp"
#include "metrics/hgrm.hpp"
#include "metrics/mitigation_result.hpp"

namespace walbench::metrics {

/// What .hgrm files said about one run of bench.
struct LoadedRun {
  std::string run_id;
  std::string timestamp;
  std::string environment_digest;
  /// With the segments whose files were given; in the order in which bench measures.
  std::vector<ConfigurationResult> configurations;
  std::vector<MitigationResult> mitigations;  ///< likewise, simplest first; a side may be empty
};

/// A distribution that belongs to no run of bench.
struct LoneDistribution {
  std::filesystem::path path;
  HgrmFile file;  ///< with a histogram, in nanoseconds, where walbench wrote it
};

/// One line of an interval log, in the figures that a table shows.
struct IntervalRow {
  double start_seconds = 0;
  double length_seconds = 0;
  std::int64_t count = 0;
  std::int64_t p50_ns = 0;
  std::int64_t p99_ns = 0;
  std::int64_t max_ns = 0;
};

/// An interval log, by tag; a histogram a line would be too much to keep.
struct LoadedLog {
  std::filesystem::path path;
  std::string label;                   ///< what walbench says it measured; or empty
  std::optional<std::string> cut_off;  ///< why its last line was left out
  struct Stream {
    std::string tag;  ///< empty: lines without a tag
    std::vector<IntervalRow> rows;
  };
  std::vector<Stream> streams;  ///< in the order of their first line
};

/// A file that could not be used, and why.
struct FileProblem {
  std::filesystem::path path;
  std::string what;
};

/// .hgrm and .hlog files, put together again.
struct ResultSet {
  std::vector<LoadedRun> runs;  ///< in the order of their first file
  std::vector<LoneDistribution> lone;
  std::vector<LoadedLog> logs;  ///< .hlog files, and those of interrupted runs, .hlog.partial
  std::vector<FileProblem> problems;
};

/// Reads the files. One that cannot be used becomes a problem and does not keep the others from
/// being read.
ResultSet load_results(const std::vector<std::filesystem::path>& paths);

/// A mitigation that has no baseline to be compared with, and why.
struct NotCompared {
  const ConfigurationResult* mitigation;
  std::string why;
};

/// For each number of threads and profile with a per-file and a shared-connection configuration:
/// the latest shared-connection one beside the baseline of the same run or, where that has none,
/// the latest baseline. Points into `set`.
std::vector<std::variant<Comparison, NotCompared>> find_comparisons(const ResultSet& set);

}  // namespace walbench::metrics
