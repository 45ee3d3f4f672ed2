#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/histogram/hgrm.hpp"
#include "metrics/histogram/histogram.hpp"
#include "metrics/result/hgrm_metadata.hpp"
#include "metrics/segment.hpp"

namespace walbench::metrics {

/// Files that cannot be added up exactly, or whose sum would say something untrue. The message
/// names them and says what to do.
class MergeError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A run that was put together from others.
struct MergedRun {
  std::string run_id;
  std::string timestamp;                   ///< of the earliest
  std::string environment_digest;          ///< theirs, if all have the same; otherwise one over all
  std::optional<Environment> environment;  ///< likewise, and nothing if they differ
  std::vector<std::string> fingerprints;   ///< of all runs in it
};

/// How the measurements of several runs lie in time.
enum class RunsInTime : std::uint8_t {
  unknown,            ///< columns of values have no time
  side_by_side,       ///< at some moment all were under way, or there is but one
  overlapping,        ///< not all at the same moment, but without a pause between them
  one_after_another,  ///< in rounds with a pause between them
};

/// A .hgrm file that came out of a merge.
struct MergedDistribution {
  std::string what;       ///< `c=10 zero per-file, fsm_net`
  std::string file_name;  ///< as bench names its files
  std::string text;       ///< of the whole file
  std::int64_t samples = 0;
  std::size_t files = 0;     ///< that it was made of
  std::size_t of_files = 0;  ///< more where some runs gave no file of this segment
  RunsInTime in_time = RunsInTime::unknown;
};

/// Adds up the .hgrm files of several runs: samples of the same configuration and segment, exactly,
/// and what the files say of their configurations. The sum took as long as at least one of the runs
/// was under way: so the throughputs of runs side by side add up, and those of runs one after
/// another are averaged. Holds the sums, and of each run its figures
/// alone, so that thousands of files need little memory.
///
/// Used by one thread. After an error it can only be destroyed.
class HgrmMerge {
 public:
  /// Adds a file. Throws MergeError where it cannot be read, holds no whole histogram, is measured
  /// with another plan or precision than what it would be added to, or holds samples that were
  /// added before. A file of one side of a mitigation's before/after is left out: returns why.
  std::optional<std::string> add(const std::filesystem::path& path);

  /// The sums: by configuration, then by segment. They are of one run with an id of its own, which
  /// depends on the runs added and not on their order or their segments. Throws MergeError where
  /// the sum cannot be told.
  std::vector<MergedDistribution> finish() const;

 private:
  struct Sum {
    Histogram histogram = Histogram::holding({}, 0);
    std::map<std::string, std::filesystem::path> files;  ///< by the fingerprint of each run in it
    std::size_t file_count = 0;
  };
  struct Run {
    HgrmMetadata metadata;
    std::filesystem::path path;
    std::vector<std::string> fingerprints;
  };
  /// All of one configuration.
  struct Group {
    std::map<std::string, Run> runs;  ///< by what tells them apart, so in an order of its own
    std::map<std::pair<std::string, Segment>, Sum> sums;  ///< by stream, whose main one comes first
  };
  using GroupKey = std::pair<std::int64_t, std::string>;  ///< threads, and the key as file name

  void add_measured(const std::filesystem::path& path, HgrmMetadata&& metadata,
                    const Histogram& histogram);
  void add_values(const std::filesystem::path& path, const std::string& json,
                  const Histogram& histogram);
  static void add_samples(Sum& sum, const Histogram& histogram,
                          const std::vector<std::string>& fingerprints,
                          const std::filesystem::path& path);
  MergedRun whole_run() const;
  static void append(const Group& group, const MergedRun& whole,
                     std::vector<MergedDistribution>& all);
  static MergedDistribution merged_values(const Sum& values);

  std::map<GroupKey, Group> groups_;
  Sum values_;  ///< columns of values, which have no configuration
};

}  // namespace walbench::metrics
