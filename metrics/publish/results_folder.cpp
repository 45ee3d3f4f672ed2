#include "metrics/publish/results_folder.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "metrics/files/file_error.hpp"
#include "metrics/files/whole_file.hpp"

namespace walbench::metrics {

namespace fs = std::filesystem;

namespace {

constexpr mode_t kFolderMode = 0777;  // less the umask

}  // namespace

ResultsFolder::ResultsFolder(fs::path directory, std::function<void(const std::string&)> warn)
    : directory_(std::move(directory)), warn_(std::move(warn)) {
  if (::mkdir(directory_.c_str(), kFolderMode) != 0 && errno != EEXIST) {
    const int error = errno;
    throw FileError(fmt::format("cannot create the results folder '{}': {}", directory_.string(),
                                std::generic_category().message(error)));
  }
  std::error_code error;
  if (!fs::is_directory(directory_, error)) {
    throw FileError(fmt::format("'{}' is not a folder{}; name one for the results",
                                directory_.string(), error ? ": " + error.message() : ""));
  }
  try {
    const WholeFile probe(directory_ / fmt::format("walbench-probe-{}", ::getpid()));
  } catch (const FileError& why) {
    throw FileError(fmt::format("no file can be created in the results folder '{}': {}",
                                directory_.string(), why.what()));
  }
  for (const std::string& problem : remove_abandoned_files(directory_)) {
    warn_(problem);
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
