#pragma once

#include <string>
#include <vector>

#include "metrics/result/result_set.hpp"

namespace walbench::metrics {

/// A configuration, and the run that measured it.
struct MeasuredRun {
  const LoadedRun* run = nullptr;
  const ConfigurationResult* configuration = nullptr;
};

/// The runs of one configuration before and after, in the order in which they were loaded. Several
/// on a side are its repeats.
struct MatchedRuns {
  std::vector<MeasuredRun> before;  ///< at least one, here and below
  std::vector<MeasuredRun> after;
  std::vector<const RunFailure*> failed_before = {};  ///< runs of it without a result
  std::vector<const RunFailure*> failed_after = {};
};

/// The configurations of two sets of results that belong together.
struct RunMatch {
  std::vector<MatchedRuns> matched;      ///< in the order of the first set
  std::vector<std::string> only_before;  ///< labels of the configurations left over
  std::vector<std::string> only_after;

  /// Reasons why matched runs are not comparable: plans and hosts that differ, within a side too.
  /// Sentences without a full stop.
  std::vector<std::string> differences;
  /// Reasons that nobody may override, because figures of one run say nothing of the other: threads
  /// were made to pause in one of them.
  std::vector<std::string> forbidding = {};
  /// Differences that may be the subject of the comparison, and other remarks for the reader.
  std::vector<std::string> notes;
};

/// Matches by threads, profile, strategy and axes. If nothing matches and both sides have one
/// configuration, these two are matched, and their identity is among the differences. Points into
/// its arguments.
RunMatch match_runs(const ResultSet& before, const ResultSet& after);

/// Warnings for readers of several runs at once: a sentence for each run that a comparison with the
/// first one would refuse, with every difference in plan or host.
std::vector<std::string> unlike_runs(const ResultSet& set);

}  // namespace walbench::metrics
