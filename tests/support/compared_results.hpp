#pragma once

#include <string>
#include <utility>
#include <vector>

#include "metrics/comparison/run_comparison.hpp"
#include "metrics/result/result_set.hpp"
#include "tests/support/example_results.hpp"

namespace walbench::metrics {

/// Results of one run a configuration, all on the same machine.
inline ResultSet results_of(std::vector<ConfigurationResult> configurations) {
  ResultSet set;
  for (ConfigurationResult& each : configurations) {
    LoadedRun run;
    run.run_id = "run " + std::to_string(set.runs.size() + 1);
    run.environment_digest = "00000000";
    run.configurations.push_back(std::move(each));
    set.runs.push_back(std::move(run));
  }
  return set;
}

/// c=10 zero per-file with one segment.
inline ConfigurationResult with_segment(Segment segment, Histogram histogram,
                                        std::int64_t elapsed_ns = 1'000'000'000) {
  ConfigurationResult result = measured(10, "zero", "per-file", elapsed_ns);
  result.main.segments.push_back({segment, std::move(histogram)});
  return result;
}

inline RunComparison comparison_of(const ResultSet& before, const ResultSet& after,
                                   const std::vector<Limit>& limits = {}) {
  return compare_runs(match_runs(before, after), limits);
}

/// The figure of that name in the first configuration, or one without a name.
inline FigureChange figure_named(const RunComparison& comparison, const std::string& name) {
  for (const FigureChange& each : comparison.configurations.at(0).figures) {
    if (each.name() == name) return each;
  }
  ADD_FAILURE() << "no " << name;
  return {};
}

}  // namespace walbench::metrics
