#include "metrics/merge/merge_logs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <string_view>
#include <system_error>
#include <utility>

#include "metrics/files/whole_file.hpp"
#include "metrics/fingerprint.hpp"
#include "metrics/histogram/histogram_codec.hpp"
#include "metrics/histogram/hlog.hpp"
#include "metrics/merge/merge.hpp"
#include "metrics/units.hpp"

namespace walbench::metrics {
namespace {

namespace fs = std::filesystem;

constexpr double kYearSeconds = 365.0 * 24 * 3600;
constexpr std::string_view kCurrentEncoding = "HISTF";

[[noreturn]] void refuse(const fs::path& path, std::string_view why) {
  throw MergeError(fmt::format("{}: {}", path.string(), why));
}

LogSubject subject_of(const HlogSummary& summary) {
  LogSubject subject{summary.label.value_or(""), {}};
  for (const char c : subject.name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_';
    if (c != '=') subject.file_name += plain ? c : '-';
  }
  if (summary.writer == HlogWriter::ycsb) subject.name = "YCSB " + subject.name;
  if (subject.file_name.empty()) subject.file_name = "intervals";
  subject.unit = summary.unit;
  return subject;
}

/// A log with its next interval.
class Source {
 public:
  explicit Source(const fs::path& path) : path_(path) {
    guarded([&] { reader_ = std::make_unique<HlogReader>(path); });
    advance();
    fingerprints_ = summary().merged_from;
    if (fingerprints_.empty()) {
      fingerprints_.push_back(fingerprint_of(
          fmt::format("{}\n{}\n{}\n{}", start(), head_time(), head_.tag, encoded())));
    }
  }

  const fs::path& path() const { return path_; }
  /// Of each log in it: a merge says which these are, and any other log is told by its beginning.
  const std::vector<std::string>& fingerprints() const { return fingerprints_; }
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
  std::vector<std::string> fingerprints_;
  bool ended_ = false;
};

using Sources = std::vector<std::unique_ptr<Source>>;

Sources open_all(const std::vector<fs::path>& paths) {
  Sources sources;
  std::map<std::string, fs::path> known;  // by the fingerprint of each log in them
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
    for (const std::string& fingerprint : source.fingerprints()) {
      const auto [other, is_new] = known.emplace(fingerprint, path);
      if (!is_new) {
        refuse(path, fmt::format("holds samples that are in {} too and would be counted twice; "
                                 "leave one of them out",
                                 other->second.string()));
      }
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

/// Other programs skip the comments that are none of theirs.
std::string header(const Sources& sources, double start) {
  const HlogSummary& summary = sources.front()->summary();
  std::string text;
  if (summary.label) {
    text = fmt::format(
        "#[{} {}]\n",
        summary.writer == HlogWriter::ycsb ? "Logging for:" : "Walbench =", *summary.label);
  }
  if (summary.writer == HlogWriter::unknown && summary.unit) {
    text += fmt::format("#[Unit: {}]\n", value_unit_name(*summary.unit));
  }
  text += fmt::format("#[Merged from {} log{}]\n{}", sources.size(), sources.size() == 1 ? "" : "s",
                      hlog_start_lines(start));
  // Behind what tells the kind of the file, since there may be thousands of them.
  for (const auto& source : sources) {
    for (const std::string& fingerprint : source->fingerprints()) {
      text += fmt::format("#[Merged log = {}]\n", fingerprint);
    }
  }
  return text.append(kHlogLegend);
}

std::string line_of(const Source& source, double start) {
  const HlogInterval& interval = source.head();
  const ValueUnit unit = source.summary().unit.value_or(ValueUnit::ns);
  const double max = static_cast<double>(interval.histogram.max()) *
                     static_cast<double>(nanoseconds_in(unit)) / kNsPerMs;
  const std::string tag = interval.tag.empty() ? "" : fmt::format("Tag={},", interval.tag);
  const bool current = source.encoded().starts_with(kCurrentEncoding);
  return fmt::format(
      "{}{:.3f},{:.3f},{:.3f},{}\n", tag, source.head_time() - start, interval.length_seconds, max,
      current ? std::string(source.encoded()) : encode_histogram(interval.histogram.dense()));
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

MergedLog merge_logs(const std::vector<fs::path>& paths, const fs::path& target) {
  WholeFile file(target);
  MergedLog merged = merge_logs(paths, file);
  file.move_to_target();
  return merged;
}

MergedLog merge_logs(const std::vector<fs::path>& paths, WholeFile& file,
                     const std::function<void(std::uintmax_t, std::uintmax_t)>& progress) {
  const Sources sources = open_all(paths);
  const LogSubject subject = subject_of(sources.front()->summary());
  const double start = earliest_start(sources);
  const std::uintmax_t bytes = size_of_all(paths);
  file.append(header(sources, start));

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
  file.flush();
  return merged;
}

}  // namespace walbench::metrics
