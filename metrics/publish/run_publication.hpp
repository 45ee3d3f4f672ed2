#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <vector>

#include "metrics/analysis/findings.hpp"
#include "metrics/publish/results_folder.hpp"
#include "metrics/result/run_result.hpp"

namespace walbench::metrics {

/// Publishes one run, measurement by measurement, so that a failure, a signal or a crash later in
/// the run loses nothing that was published before. Used by one thread at a time.
///
/// The run's JSON lists only measurements whose files are all there. It says `complete: false`
/// until a call finds RunResult::complete set. Each .hgrm file names all that were published with
/// it, so that whoever reads them after a kill knows what is missing. What fails without harm, such
/// as removing a file, is a warning of the folder's.
class RunPublication {
 public:
  /// Writes nothing yet. Both arguments must outlive the publication; the caller adds measurements
  /// and failures to `run`, and never takes one away.
  RunPublication(const ResultsFolder& folder, RunResult& run) : folder_(folder), run_(run) {}
  RunPublication(const RunPublication&) = delete;
  RunPublication& operator=(const RunPublication&) = delete;
  ~RunPublication() = default;

  /// Writes the files of every measurement, and the record of every failure, that `run` did not
  /// have at the last call, then rewrites the run's JSON. Files become visible when all of this
  /// call are on the disk. A run without either writes nothing; the first call with one gives the
  /// run an id that no other run in the folder has, whichever process began it. `findings` are
  /// those of the run.
  ///
  /// Throws FileError; the files of this call are then taken back, those of earlier calls stay, and
  /// interval logs lie where they were.
  void publish(const Findings& findings);

  /// Writes the files of a mitigation that is still being measured, under names of their own, so
  /// that its whole pairs survive a kill. The next call, or publish() with the whole mitigation,
  /// removes them. They are not in paths(). Throws FileError; then those of the last call stay.
  void publish_pairs(const MitigationResult& so_far);

  /// The files so far, the run's JSON first.
  const std::vector<std::filesystem::path>& paths() const { return paths_; }

 private:
  class NewFiles;
  std::filesystem::path json_path() const;
  std::filesystem::path claim_run_id();
  void publish_new(NewFiles& files, const std::function<void()>& write);
  void remove_pairs();

  const ResultsFolder& folder_;
  RunResult& run_;
  std::size_t configurations_published_ = 0;
  std::size_t mitigations_published_ = 0;
  std::size_t failures_published_ = 0;
  std::vector<std::filesystem::path> paths_;
  std::vector<std::filesystem::path> pairs_;  ///< of publish_pairs()
};

}  // namespace walbench::metrics
