#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "metrics/histogram/interval_log.hpp"

namespace walbench::metrics {

/// The folder where runs land.
class ResultsFolder {
 public:
  /// Creates `directory` if only that is missing, and removes what killed runs have left in it.
  /// Throws FileError if no file can be created in it: better before the measurement than after it.
  /// `warn` is called with a sentence for what goes wrong without harm; it must outlive the folder.
  explicit ResultsFolder(
      std::filesystem::path directory,
      std::function<void(const std::string&)> warn = [](const auto&) {});

  /// Starts an interval log in this folder, under a name that ends in `.hlog.partial` until it is
  /// published with its configuration. It stays there where that never happens, so that what had
  /// been measured by then can be read. Throws FileError.
  std::unique_ptr<IntervalLog> open_interval_log(std::string_view label) const;

  const std::filesystem::path& directory() const { return directory_; }
  void warn(const std::string& sentence) const { warn_(sentence); }

 private:
  std::filesystem::path directory_;
  std::function<void(const std::string&)> warn_;
};

}  // namespace walbench::metrics
