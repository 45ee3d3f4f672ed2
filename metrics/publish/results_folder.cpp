#include "metrics/publish/results_folder.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

#include "metrics/files/file_error.hpp"
#include "metrics/files/whole_file.hpp"

namespace walbench::metrics {

namespace fs = std::filesystem;

ResultsFolder::ResultsFolder(fs::path directory) : directory_(std::move(directory)) {
  std::error_code ignored;
  if (!fs::exists(directory_, ignored)) {
    throw FileError(fmt::format("the results folder '{}' does not exist; create it or name another",
                                directory_.string()));
  }
  if (!fs::is_directory(directory_, ignored)) {
    throw FileError(
        fmt::format("'{}' is not a folder; name one for the results", directory_.string()));
  }
  try {
    const WholeFile probe(directory_ / fmt::format("walbench-probe-{}", ::getpid()));
  } catch (const FileError& error) {
    throw FileError(fmt::format("no file can be created in the results folder '{}': {}",
                                directory_.string(), error.what()));
  }
}

std::unique_ptr<IntervalLog> ResultsFolder::open_interval_log(std::string_view label) const {
  std::string name(label);
  std::ranges::replace(name, ' ', '-');
  for (int number = 1;; ++number) {
    const fs::path path =
        directory_ / fmt::format("{}-{}-{}.hlog.partial", name, ::getpid(), number);
    if (fs::exists(path)) continue;
    return std::make_unique<IntervalLog>(path, label, std::chrono::system_clock::now());
  }
}

}  // namespace walbench::metrics
