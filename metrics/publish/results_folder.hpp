#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "metrics/histogram/interval_log.hpp"

namespace walbench::metrics {

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

  const std::filesystem::path& directory() const { return directory_; }

 private:
  std::filesystem::path directory_;
};

}  // namespace walbench::metrics
