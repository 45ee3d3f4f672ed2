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

/// The new files of one call. They become visible together, or none does.
class NewFiles {
 public:
  NewFiles(const fs::path& folder, const RunResult& run) : folder_(folder), run_(run) {}

  void add(const ConfigurationResult& configuration) {
    if (!configuration.interval_log.empty()) {
      logs_.emplace_back(configuration.interval_log, path(Key(configuration.planned), ".hlog"));
    }
    add_histograms(configuration, "", [&](const std::string& stream, Segment segment) {
      return hgrm_metadata(run_, configuration, segment, stream);
    });
  }

  void add(const MitigationResult& mitigation, const MitigationFindings& findings) {
    write(folder_ / fmt::format("results-mitigation-{}-{}.json", run_.run_id, mitigation.info.name),
          mitigation_to_json(run_, mitigation, findings));
    for (const bool of_baseline : {true, false}) {
      const RepeatedResult& side = of_baseline ? mitigation.baseline : mitigation.mitigation;
      add_histograms(side.pooled,
                     fmt::format(".{}-{}", of_baseline ? "before" : "after", mitigation.info.name),
                     [&](const std::string& stream, Segment segment) {
                       return hgrm_metadata(run_, mitigation, of_baseline, segment, stream);
                     });
    }
  }

  void make_visible() {
    std::ranges::for_each(logs_, &WrittenLog::flush);
    std::ranges::for_each(files_, &WholeFile::flush);
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
      ::unlink(files_[files_moved_ - 1].target().c_str());
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
  /// `part` sets apart what would otherwise have the same name: the two sides of a mitigation.
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
    return folder_ / fmt::format("{}-{}{}", run_.run_id, key.file_part(), end);
  }

  void write(fs::path target, const std::string& text) {
    files_.emplace_back(std::move(target)).append(text);
  }

  const fs::path& folder_;
  const RunResult& run_;
  std::vector<WrittenLog> logs_;
  std::vector<WholeFile> files_;
  std::size_t logs_moved_ = 0;
  std::size_t files_moved_ = 0;
};

void flush_directory(const fs::path& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;  // The files are complete; a power failure alone could lose a name.
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

void RunPublication::publish(const Findings& findings) {
  if (run_.configurations.empty() && run_.mitigations.empty()) return;
  const bool first = paths_.empty();
  if (first) claim_run_id();
  NewFiles files(folder_.directory(), run_);
  try {
    for (std::size_t index = configurations_published_; index < run_.configurations.size();
         ++index) {
      files.add(run_.configurations[index]);
    }
    for (std::size_t index = mitigations_published_; index < run_.mitigations.size(); ++index) {
      files.add(run_.mitigations[index], findings.mitigations.at(index));
    }
    files.make_visible();
    write_json(findings);
  } catch (...) {
    files.take_back();
    if (first) {
      ::unlink(json_path().c_str());
      run_.run_id.clear();
    }
    throw;
  }
  flush_directory(folder_.directory());
  if (first) paths_.push_back(json_path());
  std::ranges::move(files.paths(), std::back_inserter(paths_));
  configurations_published_ = run_.configurations.size();
  mitigations_published_ = run_.mitigations.size();
}

fs::path RunPublication::json_path() const {
  return folder_.directory() / fmt::format("results-{}.json", run_.run_id);
}

/// The run's JSON file, created if nobody has that name, is what keeps two processes from taking
/// the same id. It has no measurement yet.
void RunPublication::claim_run_id() {
  RunResult header = run_;
  header.configurations.clear();
  header.mitigations.clear();
  const std::string base = run_id_base(run_.timestamp);
  for (int number = 1; number <= kMostRunsASecond; ++number) {
    run_.run_id = header.run_id = number == 1 ? base : fmt::format("{}-{}", base, number);
    std::error_code ignored;
    if (fs::exists(json_path(), ignored)) continue;
    try {
      WholeFile json(json_path());
      json.append(run_to_json(header, {}));
      if (json.create_at_target()) return;
    } catch (const FileError&) {
      run_.run_id.clear();
      throw;
    }
  }
  run_.run_id.clear();
  throw FileError(fmt::format("'{}' has {} runs of the same second; name another folder",
                              folder_.directory().string(), kMostRunsASecond));
}

void RunPublication::write_json(const Findings& findings) const {
  write_file_atomically(json_path(), run_to_json(run_, findings));
}

}  // namespace walbench::metrics
