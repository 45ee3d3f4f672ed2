#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "metrics/files/whole_file.hpp"
#include "metrics/histogram/value_unit.hpp"

namespace walbench::metrics {

/// What became of a merge of interval logs.
struct MergedLog {
  std::size_t logs = 0;
  std::int64_t intervals = 0;
  std::vector<std::string> notes;  ///< about logs that a crash had cut off
};

/// Of what an interval log says it is, told by its head and first interval: logs with the same
/// subject may be merged. Throws MergeError where it cannot be read.
struct LogSubject {
  std::string name;       ///< `c=10 zero per-file`, `YCSB READ`; empty where it says nothing
  std::string file_name;  ///< for a log of it, without `.hlog`
  std::optional<ValueUnit> unit = {};  ///< of its values, if it says which
  bool operator==(const LogSubject&) const = default;
  auto operator<=>(const LogSubject&) const = default;
};
LogSubject subject_of_log(const std::filesystem::path& path);

/// Writes one interval log (version 1.3) with the intervals of all, in the order of their absolute
/// time as far as each log is; tags and histograms stay as they are. Reads all logs at once, an
/// interval of each, so logs of any size need little memory. The file is flushed, not yet moved to
/// its target.
///
/// The merge says in its head, by fingerprints, which logs are in it.
///
/// Throws MergeError, which names the log, where one cannot be read, does not say when it began, is
/// about something else than the first, or has samples that are in another, too; FileError where
/// the file cannot be written. `progress` is told how many bytes have been read of how many in all.
MergedLog merge_logs(const std::vector<std::filesystem::path>& paths, WholeFile& file,
                     const std::function<void(std::uintmax_t, std::uintmax_t)>& progress = {});

/// The same, and moves the file to `target`, which holds all of it or what it held before.
MergedLog merge_logs(const std::vector<std::filesystem::path>& paths,
                     const std::filesystem::path& target);

}  // namespace walbench::metrics
