#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "metrics/histogram/histogram.hpp"

namespace walbench::metrics {

/// Writes a HdrHistogram interval log (`.hlog`, version 1.3) while a measurement is under way: one
/// line an interval and tag, each with a whole histogram of that interval alone. Lines are handed
/// to the system as they are made, so a log that ends early can be read up to its last whole line.
///
/// Used by one thread at a time. Every member throws FileError where the file cannot be written.
class IntervalLog {
 public:
  /// Creates the file, which must not exist. `label` says what is measured and stands in a comment;
  /// `started_at` is when interval 0 begins.
  IntervalLog(std::filesystem::path path, std::string_view label,
              std::chrono::system_clock::time_point started_at);
  IntervalLog(const IntervalLog&) = delete;
  IntervalLog& operator=(const IntervalLog&) = delete;
  ~IntervalLog();

  /// Adds a line for the interval that begins `start_ns` after interval 0 did. `tag` has no comma,
  /// space or line break. The line is written by the next flush().
  void add(std::int64_t start_ns, std::int64_t length_ns, std::string_view tag,
           const Histogram& histogram);
  void flush();

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::string pending_;
};

}  // namespace walbench::metrics
