#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "metrics/histogram/sparse_histogram.hpp"
#include "metrics/histogram/value_unit.hpp"

namespace walbench::metrics {

/// How files of other programs and interval logs are to be read.
struct Reading {
  std::optional<ValueUnit> unit = {};  ///< of values whose file names none
  // Of interval logs, in seconds since the log's start: which intervals count, by their start.
  std::optional<double> start_seconds = {};
  std::optional<double> end_seconds = {};     ///< from here on they do not
  std::optional<double> window_seconds = {};  ///< adds up intervals to windows of this length
};

/// One line of an interval log, or a window of several, in the figures that a table shows.
struct IntervalRow {
  double start_seconds = 0;
  double length_seconds = 0;
  std::int64_t count = 0;
  std::int64_t p50_ns = 0;  ///< this and the next two: 0 if there are no samples
  std::int64_t p99_ns = 0;
  std::int64_t max_ns = 0;
};

/// Logs are long: with a deque there is no moment at which all rows are there twice.
using IntervalRows = std::deque<IntervalRow>;

/// An interval log, by tag; a histogram a line would be too much to keep.
struct LoadedLog {
  std::filesystem::path path;
  std::string label;                   ///< what walbench says it measured; or empty
  std::optional<std::string> cut_off;  ///< why its last line was left out
  bool had_ends = false;               ///< ends stood where lengths belong; they were worked out
  bool times_go_back = false;          ///< an interval of a tag begins before the one above it
  bool unit_assumed = false;           ///< it does not say its unit; nanoseconds are assumed
  std::int64_t ns_per_unit = 1;        ///< of the totals' values
  struct Stream {
    std::string tag;  ///< empty: lines without a tag
    IntervalRows rows = {};
    HistogramSum total = {};     ///< of all rows
    double covered_seconds = 0;  ///< the lengths of all intervals, added up

    double samples_per_second() const {
      return covered_seconds > 0 ? static_cast<double>(total.total_count()) / covered_seconds : 0;
    }
  };
  std::vector<Stream> streams = {};  ///< in the order of their first line
};

/// A value of a log in nanoseconds, at most the largest number there is.
std::int64_t in_nanoseconds(std::int64_t value, std::int64_t ns_per_unit);

/// Reads a log. `progress` is told how many bytes were read after each interval. Throws FormatError
/// if it is no log, is damaged, or has no interval in the range that was asked for;
/// std::runtime_error if it cannot be read.
LoadedLog load_log(const std::filesystem::path& path, const Reading& reading,
                   const std::function<void(std::uintmax_t)>& progress);

}  // namespace walbench::metrics
