#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "metrics/histogram.hpp"

namespace walbench::metrics {

/// One line of a HdrHistogram interval log.
struct HlogInterval {
  std::string tag;           ///< empty where the line has none
  double start_seconds = 0;  ///< since the log's start
  double length_seconds = 0;
  Histogram histogram;  ///< of this interval alone, in the unit of recording
};

/// What stands around the lines.
struct HlogSummary {
  std::optional<std::string> label;  ///< what walbench says it measured
  std::optional<double> start_epoch_seconds;
  std::int64_t intervals = 0;          ///< lines read
  std::optional<std::string> cut_off;  ///< why the last line was left out: the log ends in it
};

/// Reads an interval log line by line and hands each interval to `take`, so that a log of any size
/// needs the memory of one line. Reads what Java, C and JS write: version 1.2 and 1.3, with and
/// without tags, base time and legend, LF or CRLF; absolute time stamps become relative.
///
/// A last line without its line break is what a crash leaves: it is left out, and the summary says
/// so. Throws FormatError, which names the line, for anything else that is malformed, and for a
/// file without a single interval; std::runtime_error where the file cannot be read.
HlogSummary read_hlog(const std::filesystem::path& path,
                      const std::function<void(HlogInterval&&)>& take);

}  // namespace walbench::metrics
