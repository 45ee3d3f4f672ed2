#include "metrics/publish/run_publication.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "metrics/files/file_error.hpp"
#include "metrics/files/whole_file.hpp"
#include "metrics/histogram/hgrm.hpp"
#include "metrics/publish/result_json.hpp"
#include "metrics/result/hgrm_metadata.hpp"
#include "metrics/result/key.hpp"
#include "metrics/units.hpp"

namespace walbench::metrics {
namespace {

namespace fs = std::filesystem;

constexpr int kMostRunsASecond = 1000;

[[noreturn]] void fail(std::string_view action, const fs::path& path, int error) {
  throw FileError(fmt::format("cannot {} '{}': {}", action, path.string(),
                              std::generic_category().message(error)));
}

/// `2026-01-31T23:59:59Z` as `20260131-235959`.
std::string run_id_base(const std::string& iso_timestamp) {
  std::string id;
  for (const char c : iso_timestamp) {
    if (c >= '0' && c <= '9') id += c;
    if (c == 'T') id += '-';
  }
  return id;
}

/// Removes a file that was published, if it is there.
void remove_file(const fs::path& path, const ResultsFolder& folder) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return;
  folder.warn(
      fmt::format("cannot remove '{}': {}", path.string(), std::generic_category().message(errno)));
}

/// A log that was written while its configuration was measured, on its way to its final name.
class WrittenLog {
 public:
  WrittenLog(fs::path written, fs::path target)
      : written_(std::move(written)), target_(std::move(target)) {}

  void flush() const {
    const int descriptor = ::open(written_.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) fail("publish", target_, errno);
    const int error = ::fsync(descriptor) == 0 ? 0 : errno;
    ::close(descriptor);
    if (error != 0) fail("flush", written_, error);
  }
  void move() const {
    if (std::rename(written_.c_str(), target_.c_str()) != 0) fail("publish", target_, errno);
  }
  void move_back() const { static_cast<void>(std::rename(target_.c_str(), written_.c_str())); }
  const fs::path& target() const { return target_; }

 private:
  fs::path written_;
  fs::path target_;
};

/// The files are complete; a failure of power alone could lose a name.
void flush_directory(const ResultsFolder& folder) {
  const int descriptor = ::open(folder.directory().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const int error = descriptor >= 0 && ::fsync(descriptor) == 0 ? 0 : errno;
  if (descriptor >= 0) ::close(descriptor);
  if (error == 0 || error == EINVAL) return;  // EINVAL: this file system does not flush folders.
  folder.warn(
      fmt::format("cannot flush the folder '{}': {}; after a failure of power the newest "
                  "files may be missing",
                  folder.directory().string(), std::generic_category().message(error)));
}

}  // namespace

/// The new files of one call: all of them become visible, or none.
class RunPublication::NewFiles {
 public:
  NewFiles(const ResultsFolder& folder, const RunResult& run) : folder_(folder), run_(run) {}

  void add(const ConfigurationResult& configuration) {
    if (!configuration.interval_log.empty()) {
      logs_.emplace_back(configuration.interval_log, path(Key(configuration.planned), ".hlog"));
    }
    add_histograms(configuration, "", [&](const std::string& stream, Segment segment) {
      return hgrm_metadata(run_, configuration, segment, stream);
    });
  }

  void add(const MitigationResult& mitigation, const MitigationFindings& findings) {
    write(folder_.directory() /
              fmt::format("results-mitigation-{}-{}.json", run_.run_id, mitigation.info.name),
          mitigation_to_json(run_, mitigation, findings));
    add_sides(mitigation, "");
  }

  /// `part` sets apart what would otherwise have the same name.
  void add_sides(const MitigationResult& mitigation, std::string_view part) {
    for (const bool of_baseline : {true, false}) {
      const RepeatedResult& side = of_baseline ? mitigation.baseline : mitigation.mitigation;
      add_histograms(
          side.pooled,
          fmt::format(".{}-{}{}", of_baseline ? "before" : "after", mitigation.info.name, part),
          [&](const std::string& stream, Segment segment) {
            return hgrm_metadata(run_, mitigation, of_baseline, segment, stream);
          });
    }
  }

  /// The same measurement may fail more than once: as the baseline of several mitigations.
  void add(const RunFailure& failure, std::size_t number) {
    if (!failure.planned) return;
    write(path(Key(*failure.planned), fmt::format(".failed-{}.hgrm", number)),
          write_hgrm(Histogram(), kNsPerMs, hgrm_metadata(run_, failure)));
  }

  void flush() {
    std::ranges::for_each(logs_, &WrittenLog::flush);
    std::ranges::for_each(files_, &WholeFile::flush);
  }

  void make_visible() {
    try {
      for (const WrittenLog& log : logs_) {
        log.move();
        ++logs_moved_;
      }
      for (WholeFile& file : files_) {
        if (!file.create_at_target()) fail("create", file.target(), EEXIST);
        ++files_moved_;
      }
    } catch (const FileError&) {
      take_back();
      throw;
    }
  }

  void take_back() {
    for (; files_moved_ > 0; --files_moved_) {
      remove_file(files_[files_moved_ - 1].target(), folder_);
    }
    for (; logs_moved_ > 0; --logs_moved_) {
      logs_[logs_moved_ - 1].move_back();
    }
  }

  std::vector<fs::path> paths() const {
    std::vector<fs::path> all;
    std::ranges::transform(logs_, std::back_inserter(all), &WrittenLog::target);
    std::ranges::transform(files_, std::back_inserter(all), &WholeFile::target);
    return all;
  }

 private:
  template <typename MetadataOf>
  void add_histograms(const ConfigurationResult& configuration, std::string_view part,
                      const MetadataOf& metadata_of) {
    for (const Stream* const stream : configuration.streams()) {
      const std::string name = configuration.name_of(*stream);
      for (const auto& [segment, histogram] : stream->segments) {
        write(path(Key(configuration, *stream),
                   fmt::format("{}.{}_ms.hgrm", part, segment_name(segment))),
              write_hgrm(histogram, kNsPerMs, metadata_of(name, segment)));
      }
    }
  }

  fs::path path(const Key& key, std::string_view end) const {
    return folder_.directory() / fmt::format("{}-{}{}", run_.run_id, key.file_part(), end);
  }

  void write(fs::path target, const std::string& text) {
    files_.emplace_back(std::move(target)).append(text);
  }

  const ResultsFolder& folder_;
  const RunResult& run_;
  std::vector<WrittenLog> logs_;
  std::vector<WholeFile> files_;
  std::size_t logs_moved_ = 0;
  std::size_t files_moved_ = 0;
};

void RunPublication::publish(const Findings& findings) {
  if (run_.configurations.empty() && run_.mitigations.empty() && run_.failures.empty()) return;
  NewFiles files(folder_, run_);
  std::vector<fs::path> published;
  publish_new(files, [&] {
    for (std::size_t index = configurations_published_; index < run_.configurations.size();
         ++index) {
      files.add(run_.configurations[index]);
    }
    for (std::size_t index = mitigations_published_; index < run_.mitigations.size(); ++index) {
      files.add(run_.mitigations[index], findings.mitigations.at(index));
    }
    for (std::size_t index = failures_published_; index < run_.failures.size(); ++index) {
      files.add(run_.failures[index], index + 1);
    }
    published = files.paths();
    paths_.reserve(paths_.size() + published.size() + 1);
    files.flush();
    files.make_visible();
    write_file_atomically(json_path(), run_to_json(run_, findings));
  });
  flush_directory(folder_);
  std::ranges::move(published, std::back_inserter(paths_));
  if (mitigations_published_ < run_.mitigations.size()) remove_pairs();
  configurations_published_ = run_.configurations.size();
  mitigations_published_ = run_.mitigations.size();
  failures_published_ = run_.failures.size();
}

void RunPublication::publish_pairs(const MitigationResult& so_far) {
  NewFiles files(folder_, run_);
  std::vector<fs::path> published;
  publish_new(files, [&] {
    files.add_sides(so_far, fmt::format(".pairs-{}", so_far.baseline.repeats.size()));
    published = files.paths();
    files.make_visible();
  });
  remove_pairs();
  pairs_ = std::move(published);
}

/// Writes files. If that fails it removes them, and the JSON, too, if this is the first call.
void RunPublication::publish_new(NewFiles& files, const std::function<void()>& write) {
  const bool first = paths_.empty();
  const fs::path json = first ? claim_run_id() : fs::path();
  try {
    write();
    if (first) paths_.push_back(json);
  } catch (...) {
    files.take_back();
    if (first) {
      remove_file(json, folder_);
      run_.run_id.clear();
    }
    throw;
  }
}

void RunPublication::remove_pairs() {
  for (const fs::path& path : std::exchange(pairs_, {})) {
    remove_file(path, folder_);
  }
}

fs::path RunPublication::json_path() const {
  return folder_.directory() / fmt::format("results-{}.json", run_.run_id);
}

/// The run's JSON file, created if nobody has that name, is what keeps two processes from taking
/// the same id. It has no measurement yet.
fs::path RunPublication::claim_run_id() {
  RunResult header;
  header.instance = run_.instance;
  header.timestamp = run_.timestamp;
  header.planned = run_.planned;
  header.seed = run_.seed;
  header.environment = run_.environment;
  const std::string base = run_id_base(run_.timestamp);
  for (int number = 1; number <= kMostRunsASecond; ++number) {
    run_.run_id = header.run_id = number == 1 ? base : fmt::format("{}-{}", base, number);
    fs::path path = json_path();
    std::error_code ignored;
    if (fs::exists(path, ignored)) continue;
    try {
      WholeFile json(path);
      json.append(run_to_json(header, {}));
      json.flush();
      if (json.create_at_target()) return path;
    } catch (...) {
      run_.run_id.clear();
      throw;
    }
  }
  run_.run_id.clear();
  throw FileError(fmt::format("'{}' has {} runs of the same second; name another folder",
                              folder_.directory().string(), kMostRunsASecond));
}

}  // namespace walbench::metrics
