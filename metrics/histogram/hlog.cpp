#include "metrics/histogram/hlog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <exception>
#include <functional>
#include <map>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "metrics/clock.hpp"
#include "metrics/files/text_file.hpp"
#include "metrics/format_error.hpp"
#include "metrics/histogram/histogram_codec.hpp"

namespace walbench::metrics {
namespace {

constexpr std::size_t kLongestLine = std::size_t{64} << 20U;
constexpr double kYearSeconds = 365.0 * 24 * 3600;
constexpr double kLatestEpochSeconds = 253'402'300'800;   // the year 10000
constexpr double kEarliestEpochSeconds = -2'208'988'800;  // the year 1900
constexpr double kLongestIntervalSeconds = 10 * kYearSeconds;
constexpr std::size_t kLongestName = 1000;  // of a tag, in bytes

constexpr std::string_view kTag = "Tag=";
constexpr std::string_view kLegend = "\"StartTimestamp\"";
constexpr std::string_view kVersion = "Histogram log format version";
constexpr std::string_view kStart = "StartTime:";
constexpr std::string_view kBase = "BaseTime:";
constexpr std::string_view kWalbench = "Walbench =";
constexpr std::string_view kMergedLog = "Merged log =";
constexpr std::string_view kYcsb = "Logging for:";

/// The text behind `name` in a comment like `#[StartTime: 1700000000.123 (seconds ...`.
std::optional<std::string_view> comment_value(std::string_view line, std::string_view name) {
  if (!line.starts_with("#[") || !line.substr(2).starts_with(name)) return std::nullopt;
  std::string_view value = line.substr(2 + name.size());
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  return value;
}

/// The fields of an interval's line behind its tag; nothing where there are not that many.
std::optional<std::array<std::string_view, 4>> interval_fields(std::string_view line) {
  std::array<std::string_view, 4> fields;
  for (std::size_t field = 0; field + 1 < fields.size(); ++field) {
    const std::size_t comma = line.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    fields[field] = line.substr(0, comma);
    line.remove_prefix(comma + 1);
  }
  fields.back() = line;
  return fields;
}

/// What an interval's line says of its time, unchecked.
struct Stamps {
  std::string_view tag;  // of the line
  double start;
  double length;  // or its end
};

std::optional<Stamps> stamps_of(std::string_view line) {
  Stamps stamps{};
  if (line.starts_with(kTag)) {
    const std::size_t comma = line.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    stamps.tag = line.substr(0, comma);
    line.remove_prefix(comma + 1);
  }
  const char* const end = line.data() + line.size();
  const auto start = std::from_chars(line.data(), end, stamps.start);
  if (start.ec != std::errc() || start.ptr == end || *start.ptr != ',') return std::nullopt;
  const auto length = std::from_chars(start.ptr + 1, end, stamps.length);
  return length.ec == std::errc() ? std::optional(stamps) : std::nullopt;
}

/// Nothing where it is something else: such a comment is decoration.
std::optional<std::string_view> fingerprint_in(std::string_view text) {
  constexpr std::size_t kDigits = 16;
  const bool is_one = text.size() == kDigits + 1 && text.ends_with(']') &&
                      text.find_first_not_of("0123456789abcdef") == kDigits;
  return is_one ? std::optional(text.substr(0, kDigits)) : std::nullopt;
}

}  // namespace

std::string hlog_start_lines(double start_epoch_seconds) {
  const std::chrono::system_clock::time_point start{
      std::chrono::seconds(static_cast<std::int64_t>(start_epoch_seconds))};
  return fmt::format(
      "#[Histogram log format version 1.3]\n#[StartTime: {:.3f} (seconds since epoch), {}]\n",
      start_epoch_seconds, log_utc_text(start));
}

HlogReader::HlogReader(const std::filesystem::path& path) : lines_(path, kLongestLine) {}

bool HlogReader::next_line() {
  if (!ahead_.empty()) {
    line_ = std::move(ahead_.front());
    ahead_.pop_front();
    return true;
  }
  if (ahead_error_) std::rethrow_exception(ahead_error_);
  if (!lines_.next()) return false;
  line_.text = lines_.line();
  line_.number = lines_.number();
  line_.terminated = lines_.terminated();
  return true;
}

std::optional<HlogInterval> HlogReader::next() {
  while (next_line()) {
    std::string_view line = line_.text;
    if (line_.number == 1 && line.starts_with(kByteOrderMark)) {
      line.remove_prefix(kByteOrderMark.size());
    }
    if (line.empty()) continue;
    if (line.starts_with('#')) {
      read_comment(line);
      continue;
    }
    if (line.starts_with(kLegend)) {
      if (part_has_intervals_) begin_part();
      continue;
    }
    try {
      if (!part_has_intervals_) part_has_ends_ = has_ends();
      HlogInterval interval = parse(line);
      summary_.intervals += 1;
      part_has_intervals_ = true;
      return interval;
    } catch (const FormatError&) {
      // What decodes has passed zlib's checksum and is whole, with or without a line break.
      if (line_.terminated) throw;
      summary_.cut_off =
          fmt::format("line {} has no end and was left out: the log was cut off", line_.number);
    }
  }
  if (summary_.intervals == 0) throw FormatError("holds no interval of a histogram log");
  return std::nullopt;
}

/// Whether the part that begins with the present line has ends where lengths belong: then what
/// stands there is more than the start, and the next one's start, which as a length would lie
/// within the interval. Reads ahead until it is sure: a length not above its start proves the
/// contrary, which the second line of a tag does as a rule.
bool HlogReader::has_ends() {
  constexpr std::size_t kMostBytes = std::size_t{8} << 20U;
  constexpr double kSame = 1e-3;
  constexpr int kEnough = 2;  // of overlapping intervals one may be so by chance
  if (summary_.writer != HlogWriter::unknown) return false;
  std::map<std::string, Stamps, std::less<>> last;  // of each tag
  std::size_t bytes = 0;
  int matches = 0;
  for (std::size_t at = 0; at == 0 || read_ahead(at); ++at) {
    const std::string_view line = at == 0 ? line_.text : ahead_[at - 1].text;
    bytes += line.size();
    const std::optional<Stamps> stamps = stamps_of(line);
    if (!stamps || bytes > kMostBytes) break;
    if (stamps->start <= 0) continue;
    if (stamps->length <= stamps->start) return false;
    const auto [before, is_new] = last.try_emplace(std::string(stamps->tag), *stamps);
    if (is_new) continue;
    if (std::abs(before->second.length - stamps->start) < kSame && ++matches == kEnough)
      return true;
    before->second = *stamps;
  }
  return matches > 0;
}

/// Sees to it that there are so many lines ahead; false if the log has fewer.
bool HlogReader::read_ahead(std::size_t lines) {
  if (lines <= ahead_.size()) return true;
  try {
    if (ahead_error_ || !lines_.next()) return false;
  } catch (const std::runtime_error&) {
    ahead_error_ = std::current_exception();  // next_line() gets there later.
    return false;
  }
  ahead_.push_back({std::string(lines_.line()), lines_.number(), lines_.terminated()});
  return true;
}

void HlogReader::refuse(std::string_view why) const {
  throw FormatError(fmt::format("line {}: {}", line_.number, why));
}

/// Nothing where there is no number: such a comment is decoration.
std::optional<double> HlogReader::epoch_seconds(std::string_view text) const {
  double value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !std::isfinite(value)) return std::nullopt;
  if (value < kEarliestEpochSeconds || value > kLatestEpochSeconds) {
    refuse("a time that no clock tells");
  }
  return value;
}

double HlogReader::time_field(std::string_view text, std::string_view what) const {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end || !std::isfinite(value)) {
    refuse(fmt::format("the {} is no number of seconds", what));
  }
  if (value < kEarliestEpochSeconds || value > kLatestEpochSeconds) {
    refuse(fmt::format("a {} that no clock tells", what));
  }
  return value;
}

void HlogReader::read_comment(std::string_view line) {
  if (const auto start = comment_value(line, kStart)) {
    if (part_has_intervals_ || part_start_epoch_seconds_) begin_part();
    part_start_epoch_seconds_ = epoch_seconds(*start);
    if (!summary_.start_epoch_seconds) summary_.start_epoch_seconds = part_start_epoch_seconds_;
  } else if (const auto base = comment_value(line, kBase)) {
    if (part_has_intervals_ || base_epoch_seconds_) begin_part();
    base_epoch_seconds_ = epoch_seconds(*base);
  } else if (const auto version = comment_value(line, kVersion)) {
    require_known_version(*version);
    if (part_has_intervals_) begin_part();
  } else if (const auto merged = comment_value(line, kMergedLog)) {
    if (const auto found = fingerprint_in(*merged)) summary_.merged_from.emplace_back(*found);
  } else if (const auto label = comment_value(line, kWalbench)) {
    add_label(*label, HlogWriter::walbench);
  } else if (const auto operation = comment_value(line, kYcsb)) {
    add_label(*operation, HlogWriter::ycsb);
  } else if (const auto unit = unit_in_comment(line)) {
    set_unit(*unit);
  }
}

/// Known are 1.0 to 1.3, also as 1.01; what is no version is decoration.
void HlogReader::require_known_version(std::string_view text) const {
  constexpr int kMajor = 1;
  constexpr int kLatestMinor = 3;
  int major = 0;
  int minor = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, major);
  if (error != std::errc()) return;
  if (rest != end && *rest == '.') std::from_chars(rest + 1, end, minor);
  if (major != kMajor || minor < 0 || minor > kLatestMinor) {
    refuse(
        "a version of the log format that is not known here (1.0 to 1.3 are); write the log with "
        "one of these, or read it with a newer program");
  }
}

/// The closing bracket ends the text of a comment.
void HlogReader::add_label(std::string_view label, HlogWriter writer) {
  label = label.substr(0, std::min(label.rfind(']'), kLongestName));
  set_unit(writer == HlogWriter::ycsb ? ValueUnit::us : ValueUnit::ns);
  summary_.writer = writer;
  if (!summary_.label) {
    summary_.label = std::string(label);
  } else if (*summary_.label != label && !summary_.label->ends_with("; and others")) {
    *summary_.label += "; and others";
  }
}

/// Logs one behind the other must not contradict each other.
void HlogReader::set_unit(ValueUnit unit) {
  if (summary_.intervals > 0 && summary_.unit != unit) {
    refuse("the values that follow may have another unit than those before; split the file");
  }
  summary_.unit = unit;
}

void HlogReader::begin_part() {
  part_start_epoch_seconds_.reset();
  base_epoch_seconds_.reset();
  part_has_intervals_ = false;
  part_has_ends_ = false;
}

HlogInterval HlogReader::parse(std::string_view line) {
  HlogInterval interval;
  if (line.starts_with(kTag)) {
    const std::size_t comma = line.find(',');
    if (comma == std::string_view::npos) refuse("there is nothing but a tag");
    if (comma - kTag.size() > kLongestName) {
      refuse(fmt::format("a tag of more than {} bytes", kLongestName));
    }
    interval.tag = std::string(line.substr(kTag.size(), comma - kTag.size()));
    line.remove_prefix(comma + 1);
  }
  const auto fields = interval_fields(line);
  if (!fields) refuse("an interval has a start, a length, a maximum and a histogram");
  const double stamp = time_field((*fields)[0], "time stamp");
  interval.length_seconds = time_field((*fields)[1], "interval length");
  // Some writers put the end there; of an absolute one a single line tells.
  if (part_has_ends_ || interval.length_seconds > kLongestIntervalSeconds) {
    interval.length_seconds -= stamp;
    summary_.had_ends = true;
  }
  if (interval.length_seconds < 0) refuse("an interval that ends before it begins");
  if (interval.length_seconds > kLongestIntervalSeconds) {
    refuse("an interval of more than ten years");
  }
  encoded_ = (*fields)[3];
  try {
    interval.histogram = decode_sparse_histogram(encoded_);
  } catch (const FormatError& error) {
    refuse(error.what());
  }
  interval.start_seconds = since_start(stamp);
  return interval;
}

/// Stamps are seconds since the epoch, or since the log's start: what they are nearer to.
double HlogReader::since_start(double stamp) {
  if (!base_epoch_seconds_) {
    const std::optional<double>& start = part_start_epoch_seconds_;
    const bool relative = start && std::abs(stamp) < std::abs(stamp - *start);
    base_epoch_seconds_ = relative ? *start : 0;
  }
  const double absolute = stamp + *base_epoch_seconds_;
  if (!summary_.start_epoch_seconds) summary_.start_epoch_seconds = absolute;
  // In this order relative stamps stay exact.
  const double since = stamp + (*base_epoch_seconds_ - *summary_.start_epoch_seconds);
  if (absolute < kEarliestEpochSeconds || absolute > kLatestEpochSeconds ||
      std::abs(since) > kLongestIntervalSeconds) {
    refuse("a time stamp more than ten years away from the log's start");
  }
  return since;
}

HlogSummary read_hlog(const std::filesystem::path& path,
                      const std::function<void(HlogInterval&&)>& take) {
  HlogReader reader(path);
  for (;;) {
    std::optional<HlogInterval> interval = reader.next();
    if (!interval) return reader.summary();
    take(std::move(*interval));
  }
}

bool is_hlog_line(std::string_view line) {
  for (const std::string_view comment : {kVersion, kStart, kBase, kYcsb}) {
    if (comment_value(line, comment)) return true;
  }
  if (line.starts_with(kLegend)) return true;
  if (line.starts_with(kTag)) return true;
  const auto fields = interval_fields(line);
  return fields && (fields->back().starts_with("HIST") || fields->back().starts_with("DHIST"));
}

}  // namespace walbench::metrics
