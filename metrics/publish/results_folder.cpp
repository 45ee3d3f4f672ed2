#include "metrics/publish/results_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ranges>
#include <string_view>
#include <system_error>
#include <utility>

#include "metrics/files/whole_file.hpp"
#include "metrics/histogram/hgrm.hpp"
#include "metrics/publish/result_json.hpp"

namespace walbench::metrics {
namespace {

namespace fs = std::filesystem;

constexpr double kNsPerMs = 1e6;
constexpr int kMostRunsASecond = 1000;
constexpr mode_t kFileMode = 0644;

std::string errno_text(int error) {
  return std::generic_category().message(error);
}

[[noreturn]] void fail(const fs::path& path, std::string_view action, int error) {
  throw FileError(
      fmt::format("cannot {} '{}': {}; nothing of this result was left there. Make room or choose "
                  "another place",
                  action, path.string(), errno_text(error)));
}

/// A file under a temporary name beside its target; gone at the end of the scope unless moved
/// there.
class PendingFile {
 public:
  explicit PendingFile(fs::path target)
      : target_(std::move(target)),
        temporary_(target_.parent_path() /
                   fmt::format(".{}.partial", target_.filename().string())) {}
  PendingFile(PendingFile&& other) noexcept
      : target_(std::move(other.target_)),
        temporary_(std::exchange(other.temporary_, fs::path())),
        adopted_(std::move(other.adopted_)),
        descriptor_(std::exchange(other.descriptor_, -1)),
        moved_(std::exchange(other.moved_, false)) {}
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  PendingFile& operator=(PendingFile&&) = delete;
  ~PendingFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!temporary_.empty() && adopted_.empty()) ::unlink(temporary_.c_str());
  }

  /// Takes over a file that was written before, under that name beside its target. It goes back
  /// there, not away.
  void adopt(const fs::path& written) {
    temporary_ = adopted_ = written;
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor_ < 0) fail(target_, "read", errno);
    write_and_flush({});
  }

  /// False where the temporary name is taken, which means that somebody is writing that file.
  bool open_exclusively() {
    descriptor_ = ::open(temporary_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, kFileMode);
    if (descriptor_ >= 0) return true;
    const int error = errno;
    temporary_.clear();
    if (error != EEXIST) fail(target_, "create", error);
    return false;
  }

  void write_and_flush(std::string_view text) {
    while (!text.empty()) {
      const ssize_t written = ::write(descriptor_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail(target_, "write", errno);
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(descriptor_) != 0) fail(target_, "flush", errno);
    if (::close(std::exchange(descriptor_, -1)) != 0) fail(target_, "close", errno);
  }

  void move_to_target() {
    if (std::rename(temporary_.c_str(), target_.c_str()) != 0) fail(target_, "create", errno);
    temporary_.clear();
    moved_ = true;
  }

  void take_back() {
    if (!std::exchange(moved_, false)) return;
    if (adopted_.empty()) {
      ::unlink(target_.c_str());
    } else {
      static_cast<void>(std::rename(target_.c_str(), adopted_.c_str()));
    }
  }

  const fs::path& target() const { return target_; }

 private:
  fs::path target_;
  fs::path temporary_;
  fs::path adopted_;  ///< empty: it is ours
  int descriptor_ = -1;
  bool moved_ = false;
};

std::string run_id_base(const std::string& iso_timestamp) {
  // 2026-01-31T23:59:59Z -> 20260131-235959
  std::string id;
  for (const char c : iso_timestamp) {
    if (c >= '0' && c <= '9') id += c;
    if (c == 'T') id += '-';
  }
  return id;
}

fs::path json_path(const fs::path& directory, const std::string& run_id) {
  return directory / ("results-" + run_id + ".json");
}

/// Opens the JSON file of the first free id. Its temporary name, created exclusively, is what keeps
/// two processes from taking the same one.
PendingFile reserve_run_id(const fs::path& directory, RunResult& run) {
  const std::string base = run_id_base(run.timestamp);
  for (int number = 1; number <= kMostRunsASecond; ++number) {
    run.run_id = number == 1 ? base : fmt::format("{}-{}", base, number);
    PendingFile json(json_path(directory, run.run_id));
    if (json.open_exclusively() && !fs::exists(json.target())) return json;
  }
  throw FileError(
      fmt::format("'{}' holds {} runs of the same second; name another folder with "
                  "--results DIR",
                  directory.string(), kMostRunsASecond));
}

/// `part` tells apart what would otherwise have the same name: a mitigation's two sides.
fs::path hgrm_path(const fs::path& directory, const RunResult& run,
                   const ConfigurationPlanned& planned, std::string_view part, Segment segment) {
  return directory / fmt::format("{}-c{}-{}-{}{}.{}_ms.hgrm", run.run_id, planned.threads,
                                 planned.profile, planned.strategy, part, segment_name(segment));
}

/// The files of one run on their way into the folder.
class PendingRun {
 public:
  PendingRun(const fs::path& directory, RunResult& run)
      : directory_(directory), run_(run), findings_(analyse(run)) {
    files_.push_back(reserve_run_id(directory, run));
    files_.front().write_and_flush(run_to_json(run, findings_));
  }

  void add(const MitigationResult& mitigation, const MitigationFindings& findings) {
    write(directory_ /
              fmt::format("results-mitigation-{}-{}.json", run_.run_id, mitigation.info.name),
          mitigation_to_json(run_, mitigation, findings));
    for (const bool of_baseline : {true, false}) {
      const RepeatedResult& side = of_baseline ? mitigation.baseline : mitigation.mitigation;
      const std::string part =
          fmt::format(".{}-{}", of_baseline ? "before" : "after", mitigation.info.name);
      add_histograms(side.pooled, part, [&](Segment segment) {
        return hgrm_metadata(run_, mitigation, of_baseline, segment);
      });
    }
  }

  void add(const ConfigurationResult& configuration) {
    if (!configuration.interval_log.empty()) {
      const ConfigurationPlanned& planned = configuration.planned;
      files_.emplace_back(directory_ / fmt::format("{}-c{}-{}-{}.hlog", run_.run_id,
                                                   planned.threads, planned.profile,
                                                   planned.strategy));
      files_.back().adopt(configuration.interval_log);
    }
    add_histograms(configuration, "",
                   [&](Segment segment) { return hgrm_metadata(run_, configuration, segment); });
  }

  std::vector<PendingFile>& files() { return files_; }
  const Findings& findings() const { return findings_; }

 private:
  template <typename MetadataOf>
  void add_histograms(const ConfigurationResult& configuration, std::string_view part,
                      const MetadataOf& metadata_of) {
    for (const auto& [segment, histogram] : configuration.segments) {
      write(hgrm_path(directory_, run_, configuration.planned, part, segment),
            write_hgrm(histogram, kNsPerMs, metadata_of(segment)));
    }
  }

  void write(const fs::path& path, const std::string& text) {
    PendingFile& file = files_.emplace_back(path);
    if (!file.open_exclusively()) fail(file.target(), "create", EEXIST);
    file.write_and_flush(text);
  }

  const fs::path& directory_;
  const RunResult& run_;
  const Findings findings_;
  std::vector<PendingFile> files_;
};

void flush_directory(const fs::path& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0)
    return;  // The files are complete; only a power failure could undo the rename.
  ::fsync(descriptor);
  ::close(descriptor);
}

/// The first one last: once a run's JSON file is there, all its files are.
void move_all_or_none(std::vector<PendingFile>& files) {
  try {
    for (PendingFile& file : std::views::reverse(files)) {
      file.move_to_target();
    }
  } catch (const FileError&) {
    for (PendingFile& file : files) {
      file.take_back();
    }
    throw;
  }
}

}  // namespace

void write_file_atomically(const fs::path& path, const std::string& text) {
  WholeFile file(path);
  file.append(text);
  file.move_to_target();
}

ResultsFolder::ResultsFolder(fs::path directory) : directory_(std::move(directory)) {
  std::error_code ignored;
  if (!fs::exists(directory_, ignored)) {
    throw FileError(fmt::format(
        "the results folder '{}' does not exist; create it or name another with --results DIR",
        directory_.string()));
  }
  if (!fs::is_directory(directory_, ignored)) {
    throw FileError(
        fmt::format("'{}' is not a folder; name one with --results DIR", directory_.string()));
  }
  try {
    PendingFile probe(directory_ / fmt::format("walbench-probe-{}", ::getpid()));
    static_cast<void>(probe.open_exclusively());
  } catch (const FileError&) {
    throw FileError(fmt::format(
        "no file can be created in the results folder '{}': {}; name another with --results DIR",
        directory_.string(), errno_text(errno)));
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

std::vector<fs::path> ResultsFolder::publish(RunResult& run) const {
  try {
    return publish_all(run);
  } catch (...) {
    run.run_id.clear();
    throw;
  }
}

std::vector<fs::path> ResultsFolder::publish_all(RunResult& run) const {
  PendingRun pending(directory_, run);
  for (const ConfigurationResult& configuration : run.configurations) {
    pending.add(configuration);
  }
  for (std::size_t index = 0; index < run.mitigations.size(); ++index) {
    pending.add(run.mitigations[index], pending.findings().mitigations[index]);
  }
  std::vector<PendingFile>& files = pending.files();
  move_all_or_none(files);
  flush_directory(directory_);

  std::vector<fs::path> paths;
  paths.reserve(files.size());
  for (const PendingFile& file : files) {
    paths.push_back(file.target());
  }
  return paths;
}

}  // namespace walbench::metrics
