#include "metrics/hlog.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include "metrics/format_error.hpp"
#include "metrics/histogram_codec.hpp"

namespace walbench::metrics {
namespace {

constexpr std::size_t kLongestLine = std::size_t{64} << 20U;
constexpr double kYearSeconds = 365.0 * 24 * 3600;

[[noreturn]] void refuse(std::int64_t line, std::string_view why) {
  throw FormatError(fmt::format("line {}: {}", line, why));
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !std::isfinite(value)) return std::nullopt;
  return value;
}

double whole_number_field(std::string_view text, std::int64_t line, std::string_view what) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end || !std::isfinite(value) || value < 0) {
    refuse(line, fmt::format("'{}' is no {}", text, what));
  }
  return value;
}

/// The text behind `name` in a comment like `#[StartTime: 1700000000.123 (seconds ...`.
std::optional<std::string_view> comment_value(std::string_view line, std::string_view name) {
  if (!line.starts_with("#[") || !line.substr(2).starts_with(name)) return std::nullopt;
  std::string_view value = line.substr(2 + name.size());
  while (value.starts_with(' ') || value.starts_with(':') || value.starts_with('=')) {
    value.remove_prefix(1);
  }
  return value;
}

/// Puts time stamps and lines in order while they are read.
class Reader {
 public:
  explicit Reader(const std::function<void(HlogInterval&&)>& take) : take_(take) {}

  void read_line(std::string_view line, std::int64_t number_of_line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with("\"StartTimestamp\"")) return;
    if (line.starts_with('#')) {
      read_comment(line);
    } else {
      take_(parse(line, number_of_line));
      summary_.intervals += 1;
    }
  }

  HlogSummary& summary() { return summary_; }

 private:
  void read_comment(std::string_view line) {
    if (const auto start = comment_value(line, "StartTime")) {
      summary_.start_epoch_seconds = number(*start);
    } else if (const auto base = comment_value(line, "BaseTime")) {
      base_epoch_seconds_ = number(*base);
    } else if (const auto label = comment_value(line, "Walbench")) {
      summary_.label = std::string(label->substr(0, label->rfind(']')));
    }
  }

  HlogInterval parse(std::string_view line, std::int64_t number_of_line) {
    HlogInterval interval;
    if (line.starts_with("Tag=")) {
      const std::size_t comma = line.find(',');
      if (comma == std::string_view::npos) refuse(number_of_line, "there is nothing but a tag");
      interval.tag = std::string(line.substr(4, comma - 4));
      line.remove_prefix(comma + 1);
    }
    std::array<std::string_view, 4> fields;
    for (std::size_t field = 0; field < fields.size(); ++field) {
      const bool last = field + 1 == fields.size();
      const std::size_t comma = last ? line.size() : line.find(',');
      if (comma == std::string_view::npos) {
        refuse(number_of_line, "an interval has a start, a length, a maximum and a histogram");
      }
      fields[field] = line.substr(0, comma);
      line.remove_prefix(last ? comma : comma + 1);
    }
    const double stamp = whole_number_field(fields[0], number_of_line, "time stamp");
    interval.start_seconds = since_start(stamp);
    interval.length_seconds = whole_number_field(fields[1], number_of_line, "interval length");
    try {
      interval.histogram = decode_histogram(fields[3]);
    } catch (const FormatError& error) {
      refuse(number_of_line, error.what());
    }
    return interval;
  }

  /// Stamps are seconds since the epoch, or since a base; which one, their size tells.
  double since_start(double stamp) {
    if (!base_epoch_seconds_) {
      const std::optional<double>& start = summary_.start_epoch_seconds;
      const bool relative = start && stamp < *start - kYearSeconds;
      base_epoch_seconds_ = relative ? *start : 0;
    }
    const double absolute = stamp + *base_epoch_seconds_;
    if (!summary_.start_epoch_seconds) summary_.start_epoch_seconds = absolute;
    return absolute - *summary_.start_epoch_seconds;
  }

  const std::function<void(HlogInterval&&)>& take_;
  HlogSummary summary_;
  std::optional<double> base_epoch_seconds_;
};

}  // namespace

HlogSummary read_hlog(const std::filesystem::path& path,
                      const std::function<void(HlogInterval&&)>& take) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    throw std::runtime_error("is a directory; name .hgrm or .hlog files");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(std::generic_category().message(errno));
  Reader reader(take);
  std::int64_t number_of_line = 0;
  for (std::string line; std::getline(file, line);) {
    number_of_line += 1;
    if (line.size() > kLongestLine) refuse(number_of_line, "is longer than any histogram");
    if (file.eof() && !line.starts_with('#')) {
      reader.summary().cut_off =
          fmt::format("line {} has no end and was left out: the log was cut off", number_of_line);
      break;
    }
    reader.read_line(line, number_of_line);
  }
  if (file.bad()) throw std::runtime_error(std::generic_category().message(errno));
  if (reader.summary().intervals == 0) throw FormatError("holds no interval of a histogram log");
  return reader.summary();
}

}  // namespace walbench::metrics
