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
};

/// What of two sets of results belongs together.
struct RunMatch {
  std::vector<MatchedRuns> matched;      ///< in the order of the first set
  std::vector<std::string> only_before;  ///< labels of the configurations left over
  std::vector<std::string> only_after;

  /// Why what was matched is unlike: plans and hosts that differ, within a side too. Sentences
  /// without an end.
  std::vector<std::string> differences;
  /// What differs and may well be what is compared, and what else the reader should know.
  std::vector<std::string> notes;
};

/// Matches by threads, profile, strategy and axes. Where nothing matches and both sides have one
/// configuration, these two, and how they differ is among the differences. Points into its
/// arguments.
RunMatch match_runs(const ResultSet& before, const ResultSet& after);

/// Warnings for readers of several runs at once: a sentence for each run that a comparison with the
/// first one would refuse, with every difference in plan or host.
std::vector<std::string> unlike_runs(const ResultSet& set);

}  // namespace walbench::metrics
