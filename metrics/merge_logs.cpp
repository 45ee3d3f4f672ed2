#include "metrics/merge_logs.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>

#include "metrics/histogram_codec.hpp"
#include "metrics/hlog.hpp"
#include "metrics/merge.hpp"
#include "metrics/results_folder.hpp"

namespace walbench::metrics {
namespace {

namespace fs = std::filesystem;

constexpr double kNsPerMs = 1e6;
constexpr double kYearSeconds = 365.0 * 24 * 3600;
constexpr std::string_view kCurrentEncoding = "HISTF";
constexpr std::size_t kFlushSize = std::size_t{256} << 10U;

[[noreturn]] void refuse(const fs::path& path, std::string_view why) {
  throw MergeError(fmt::format("{}: {}", path.string(), why));
}

/// A file under a temporary name beside its target, which it replaces when it is complete; gone at
/// the end of the scope otherwise.
class GrowingFile {
 public:
  explicit GrowingFile(fs::path target) : target_(std::move(target)) {
    const fs::file_status status = fs::symlink_status(target_);
    if (fs::exists(status) && !fs::is_regular_file(status)) {
      throw ResultsError(fmt::format("'{}' exists and is no ordinary file; choose another name",
                                     target_.string()));
    }
    std::string pattern =
        (target_.parent_path() / ("." + target_.filename().string() + ".partial-XXXXXX")).string();
    descriptor_ = ::mkostemp(pattern.data(), O_CLOEXEC);
    if (descriptor_ < 0) fail("create");
    temporary_ = pattern;
    constexpr mode_t kMode = 0644;
    if (::fchmod(descriptor_, kMode) != 0) fail("create");
  }
  GrowingFile(const GrowingFile&) = delete;
  GrowingFile& operator=(const GrowingFile&) = delete;
  ~GrowingFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }

  void append(std::string_view text) {
    pending_ += text;
    if (pending_.size() >= kFlushSize) write_pending();
  }

  void move_to_target() {
    write_pending();
    if (::fsync(descriptor_) != 0) fail("flush");
    if (::close(std::exchange(descriptor_, -1)) != 0) fail("close");
    if (std::rename(temporary_.c_str(), target_.c_str()) != 0) fail("create");
    temporary_.clear();
  }

 private:
  [[noreturn]] void fail(std::string_view action) const {
    const std::string why = std::generic_category().message(errno);
    throw ResultsError(
        fmt::format("cannot {} '{}': {}; it was left as it was. Make room or choose "
                    "another place",
                    action, target_.string(), why));
  }

  void write_pending() {
    std::string_view rest = pending_;
    while (!rest.empty()) {
      const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("write");
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    pending_.clear();
  }

  fs::path target_;
  std::string temporary_;
  int descriptor_ = -1;
  std::string pending_;
};

LogSubject subject_of(const HlogSummary& summary) {
  LogSubject subject{summary.label.value_or(""), {}};
  for (const char c : subject.name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_';
    if (c != '=') subject.file_name += plain ? c : '-';
  }
  if (summary.writer == HlogWriter::ycsb) subject.name = "YCSB " + subject.name;
  if (subject.file_name.empty()) subject.file_name = "intervals";
  return subject;
}

/// A log with its next interval.
class Source {
 public:
  explicit Source(const fs::path& path) : path_(path) {
    guarded([&] { reader_ = std::make_unique<HlogReader>(path); });
    advance();
  }

  const fs::path& path() const { return path_; }
  const HlogSummary& summary() const { return reader_->summary(); }
  bool ended() const { return ended_; }
  /// The next interval. Requires: not ended, here and in the following.
  const HlogInterval& head() const { return head_; }
  std::string_view encoded() const { return reader_->encoded_histogram(); }
  std::uintmax_t bytes_read() const { return reader_->bytes_read(); }
  double start() const { return summary().start_epoch_seconds.value_or(0); }
  double head_time() const { return start() + head_.start_seconds; }
  void advance() {
    guarded([&] {
      std::optional<HlogInterval> next = reader_->next();
      ended_ = !next.has_value();
      if (next) head_ = std::move(*next);
    });
  }

 private:
  template <typename Read>
  void guarded(const Read& read) {
    try {
      read();
    } catch (const std::runtime_error& error) {
      refuse(path_, error.what());
    }
  }

  fs::path path_;
  std::unique_ptr<HlogReader> reader_;
  HlogInterval head_;
  bool ended_ = false;
};

using Sources = std::vector<std::unique_ptr<Source>>;

Sources open_all(const std::vector<fs::path>& paths) {
  Sources sources;
  std::set<std::tuple<double, double, std::string, std::string>> beginnings;
  for (const fs::path& path : paths) {
    const Source& source = *sources.emplace_back(std::make_unique<Source>(path));
    const LogSubject subject = subject_of(source.summary());
    const LogSubject first = subject_of(sources.front()->summary());
    if (subject != first) {
      refuse(path, fmt::format("is a log of '{}', and {} is one of '{}'; merge logs of the same "
                               "thing",
                               subject.name, sources.front()->path().string(), first.name));
    }
    if (source.head_time() < kYearSeconds) {
      refuse(path, "does not say when it began, so that its intervals have no place among others");
    }
    if (!beginnings
             .emplace(source.start(), source.head_time(), source.head().tag,
                      std::string(source.encoded()))
             .second) {
      refuse(path,
             "begins like another of the logs; leave one of the two out, or its samples "
             "would be counted twice");
    }
  }
  return sources;
}

/// Whole milliseconds, as the head of a log has them.
double earliest_start(const Sources& sources) {
  double earliest = sources.front()->start();
  for (const auto& source : sources) {
    earliest = std::min({earliest, source->start(), source->head_time()});
  }
  return std::floor(earliest * 1000) / 1000;
}

std::string header(const HlogSummary& summary, std::size_t logs, double start) {
  std::string text;
  if (summary.label) {
    text = fmt::format(
        "#[{} {}]\n",
        summary.writer == HlogWriter::ycsb ? "Logging for:" : "Walbench =", *summary.label);
  }
  const std::chrono::system_clock::time_point at{
      std::chrono::seconds(static_cast<std::int64_t>(start))};
  return text + fmt::format(
                    "#[Merged from {} logs]\n"
                    "#[Histogram log format version 1.3]\n"
                    "#[StartTime: {:.3f} (seconds since epoch), {:%a %b %e %H:%M:%S} UTC {:%Y}]\n"
                    "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\","
                    "\"Interval_Compressed_Histogram\"\n",
                    logs, start, fmt::gmtime(at), fmt::gmtime(at));
}

std::string line_of(const Source& source, double start) {
  const HlogInterval& interval = source.head();
  const double max = static_cast<double>(interval.histogram.max()) *
                     static_cast<double>(source.summary().ns_per_unit()) / kNsPerMs;
  const std::string tag = interval.tag.empty() ? "" : fmt::format("Tag={},", interval.tag);
  const bool current = source.encoded().starts_with(kCurrentEncoding);
  return fmt::format(
      "{}{:.3f},{:.3f},{:.3f},{}\n", tag, source.head_time() - start, interval.length_seconds, max,
      current ? std::string(source.encoded()) : encode_histogram(interval.histogram));
}

std::uintmax_t size_of_all(const std::vector<fs::path>& paths) {
  std::uintmax_t sum = 0;
  for (const fs::path& path : paths) {
    std::error_code unknown;
    const std::uintmax_t size = fs::file_size(path, unknown);
    if (!unknown) sum += size;
  }
  return sum;
}

}  // namespace

LogSubject subject_of_log(const fs::path& path) {
  return subject_of(Source(path).summary());
}

MergedLog merge_logs(const std::vector<fs::path>& paths, const fs::path& target,
                     const std::function<void(std::uintmax_t, std::uintmax_t)>& progress) {
  const Sources sources = open_all(paths);
  const LogSubject subject = subject_of(sources.front()->summary());
  const double start = earliest_start(sources);
  const std::uintmax_t bytes = size_of_all(paths);
  GrowingFile file(target);
  file.append(header(sources.front()->summary(), sources.size(), start));

  // The earliest first, and of the same time in the order of the logs.
  using Place = std::pair<double, std::size_t>;
  std::priority_queue<Place, std::vector<Place>, std::greater<>> queue;
  for (std::size_t index = 0; index < sources.size(); ++index) {
    queue.emplace(sources[index]->head_time(), index);
  }
  MergedLog merged{.logs = sources.size(), .intervals = 0, .notes = {}};
  std::uintmax_t bytes_read = 0;
  while (!queue.empty()) {
    const std::size_t index = queue.top().second;
    queue.pop();
    Source& source = *sources[index];
    file.append(line_of(source, start));
    merged.intervals += 1;
    const std::uintmax_t before = source.bytes_read();
    source.advance();
    bytes_read += source.bytes_read() - before;
    if (progress) progress(bytes_read, bytes);
    if (!source.ended()) {
      queue.emplace(source.head_time(), index);
      continue;
    }
    if (subject_of(source.summary()) != subject) {
      refuse(source.path(), "holds logs of several things; split it first");
    }
    if (const std::optional<std::string>& why = source.summary().cut_off) {
      merged.notes.push_back(fmt::format("{}: {}", source.path().string(), *why));
    }
  }
  file.move_to_target();
  return merged;
}

}  // namespace walbench::metrics
