#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/files/line_reader.hpp"
#include "metrics/histogram/sparse_histogram.hpp"
#include "metrics/histogram/value_unit.hpp"

namespace walbench::metrics {

/// One line of a HdrHistogram interval log.
struct HlogInterval {
  std::string tag;           ///< empty where the line has none
  double start_seconds = 0;  ///< since the log's start
  double length_seconds = 0;
  /// Of this interval alone, in the unit of recording.
  SparseHistogram histogram;
};

/// Who wrote a log, as far as its comments say.
enum class HlogWriter : std::uint8_t { unknown, walbench, ycsb };

/// What stands around the lines.
struct HlogSummary {
  std::optional<std::string> label;  ///< what walbench or YCSB says it measured
  HlogWriter writer = HlogWriter::unknown;
  std::optional<double> start_epoch_seconds;
  std::int64_t intervals = 0;  ///< lines read
  /// Of a merge, the fingerprints of all logs in it: 16 hex digits each.
  std::vector<std::string> merged_from;
  std::optional<std::string> cut_off;  ///< why the last line was left out: the log ends in it
  /// Of the values: as a comment names it, and as walbench and YCSB always have it.
  std::optional<ValueUnit> unit;
  /// The ends of intervals stood where their lengths belong (hdrhistogram-go up to 1.1.2).
  bool had_ends = false;
};

/// The lines at the head of a log that name its version and its start.
std::string hlog_start_lines(double start_epoch_seconds);

/// The last line before the intervals.
inline constexpr std::string_view kHlogLegend =
    "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n";

/// Reads an interval log line by line, so that a log of any size needs the memory of one line.
/// Reads what Java, C, JS and YCSB write: versions 1.0 to 1.3, with and without tags, base time and
/// legend, LF or CRLF; later versions are refused; absolute time stamps become relative. Several
/// logs one behind the other are read as one: each begins with its own start and base time, and all
/// intervals are told since the first start.
///
/// A last line that has no line break and does not decode is what a crash leaves: it is left out,
/// and the summary says so. Where lines have the end of an interval in place of its length, as
/// those that follow tell, the length is worked out. Members throw FormatError, which names the
/// line, for anything else that is malformed, for times that no clock tells, and for a file without
/// a single interval; std::runtime_error where the file cannot be read.
class HlogReader {
 public:
  explicit HlogReader(const std::filesystem::path& path);

  /// The next interval; nothing at the end.
  std::optional<HlogInterval> next();

  /// The histogram of the last interval as it stands in the file, until next() is called again.
  std::string_view encoded_histogram() const { return encoded_; }

  /// Of what has been read so far.
  const HlogSummary& summary() const { return summary_; }
  std::uintmax_t bytes_read() const { return lines_.bytes_read(); }

 private:
  struct ReadAhead {
    std::string text;
    std::int64_t number = 0;
    bool terminated = false;
  };

  [[noreturn]] void refuse(std::string_view why) const;
  std::optional<double> epoch_seconds(std::string_view text) const;
  double time_field(std::string_view text, std::string_view what) const;
  void read_comment(std::string_view line);
  void require_known_version(std::string_view text) const;
  void add_label(std::string_view label, HlogWriter writer);
  void set_unit(ValueUnit unit);
  void begin_part();
  bool next_line();
  bool has_ends();
  bool read_ahead(std::size_t lines);
  HlogInterval parse(std::string_view line);
  double since_start(double stamp);

  LineReader lines_;
  std::deque<ReadAhead> ahead_;     // lines read from `lines_` that are still to be told
  std::exception_ptr ahead_error_;  // why no line follows them
  ReadAhead line_;
  HlogSummary summary_;
  std::string_view encoded_;
  // Of the part being read: a file that holds several logs has as many.
  std::optional<double> part_start_epoch_seconds_;
  std::optional<double> base_epoch_seconds_;
  bool part_has_intervals_ = false;
  bool part_has_ends_ = false;
};

/// Reads a whole log and hands each interval to `take`. Throws as HlogReader does, and what `take`
/// throws.
HlogSummary read_hlog(const std::filesystem::path& path,
                      const std::function<void(HlogInterval&&)>& take);

/// Whether a line is one that stands in no .hgrm file but in interval logs: a comment or legend of
/// their head, or an interval.
bool is_hlog_line(std::string_view line);

}  // namespace walbench::metrics
