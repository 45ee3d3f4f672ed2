#pragma once

#include <filesystem>
#include <vector>

#include "metrics/analysis/findings.hpp"
#include "metrics/publish/run_publication.hpp"

namespace walbench::metrics {

/// Publishes a run all at once; returns the files, its JSON first.
inline std::vector<std::filesystem::path> publish_whole(const std::filesystem::path& directory,
                                                        RunResult& run) {
  const ResultsFolder folder(directory);
  RunPublication publication(folder, run);
  publication.publish(analyse(run));
  return publication.paths();
}

}  // namespace walbench::metrics
