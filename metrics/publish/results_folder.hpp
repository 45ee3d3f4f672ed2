#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/files/file_error.hpp"
#include "metrics/histogram/interval_log.hpp"
#include "metrics/result/run_result.hpp"

namespace walbench::metrics {

/// Writes a whole file, flushes it to the disk and then gives it its name, so that `path` holds all
/// of `text` or what it held before, see WholeFile. Throws FileError.
void write_file_atomically(const std::filesystem::path& path, const std::string& text);

/// The folder where runs land.
class ResultsFolder {
 public:
  /// Throws FileError unless `directory` exists and a file can be created in it: better before
  /// the measurement than after it.
  explicit ResultsFolder(std::filesystem::path directory);

  /// Starts an interval log in this folder, under a name that ends in `.hlog.partial` until it is
  /// published with its configuration. It stays there where that never happens, so that what had
  /// been measured by then can be read. Throws FileError.
  std::unique_ptr<IntervalLog> open_interval_log(std::string_view label) const;

  /// Gives the run an id no other run in this folder has, writes a .hgrm file for each segment of
  /// each configuration and of each mitigation's two sides, a JSON file for each mitigation and one
  /// for the run, and returns their paths, the run's JSON first. All or nothing: on an error
  /// nothing of this run is left behind but its interval logs, where they were. Throws
  /// FileError.
  std::vector<std::filesystem::path> publish(RunResult& run) const;

 private:
  std::vector<std::filesystem::path> publish_all(RunResult& run) const;

  std::filesystem::path directory_;
};

}  // namespace walbench::metrics
