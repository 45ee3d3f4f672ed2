#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "metrics/analysis/findings.hpp"
#include "metrics/publish/results_folder.hpp"
#include "metrics/result/run_result.hpp"

namespace walbench::metrics {

/// Publishes one run, measurement by measurement, so that a failure, a signal or a crash later in
/// the run loses nothing that was published before. Used by one thread at a time.
///
/// The run's JSON lists only measurements whose files are all there. It says `complete: false`
/// until a call finds RunResult::complete set.
class RunPublication {
 public:
  /// Writes nothing yet. Both arguments must outlive the publication; the caller adds measurements
  /// and failures to `run`, and never takes one away.
  RunPublication(const ResultsFolder& folder, RunResult& run) : folder_(folder), run_(run) {}
  RunPublication(const RunPublication&) = delete;
  RunPublication& operator=(const RunPublication&) = delete;
  ~RunPublication() = default;

  /// Writes the files of every measurement that `run` did not have at the last call, then rewrites
  /// the run's JSON. Files become visible when all of this call are on the disk. A run without any
  /// measurement writes nothing; the first call with one gives the run an id that no other run in
  /// the folder has, whichever process began it. `findings` are those of the run.
  ///
  /// Throws FileError; the files of this call are then taken back, those of earlier calls stay, and
  /// interval logs lie where they were.
  void publish(const Findings& findings);

  /// The files so far, the run's JSON first.
  const std::vector<std::filesystem::path>& paths() const { return paths_; }

 private:
  std::filesystem::path json_path() const;
  void claim_run_id();
  void write_json(const Findings& findings) const;

  const ResultsFolder& folder_;
  RunResult& run_;
  std::size_t configurations_published_ = 0;
  std::size_t mitigations_published_ = 0;
  std::vector<std::filesystem::path> paths_;
};

}  // namespace walbench::metrics
