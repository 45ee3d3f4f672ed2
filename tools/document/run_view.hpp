#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "metrics/analysis/findings.hpp"
#include "metrics/result/result_set.hpp"
#include "metrics/result/run_result.hpp"
#include "metrics/result/words.hpp"
#include "tools/document/cells.hpp"

namespace walbench::tools {

/// A run as reports see it, whether it has just been measured or was read from files. Refers to the
/// run and its findings, which must outlive it and every document made of it.
struct RunView {
  std::string run_id;
  std::string timestamp;
  std::string environment_digest;
  const metrics::Environment* environment;  ///< null: not known
  const std::vector<metrics::CeilingPoint>* ceiling;
  const std::vector<metrics::ConfigurationResult>& configurations;
  const std::vector<metrics::MitigationResult>& mitigations;
  const metrics::Findings& findings;
  const std::vector<metrics::RunFailure>& failures;
  std::optional<bool> complete;             ///< nothing: not known
  const std::vector<std::string>& planned;  ///< labels; empty: not known
  std::string suffix;                       ///< ends headings if there are several runs: `, run ID`
  Percentiles percentiles = {};             ///< of segments
};

/// What its reports call things.
inline const metrics::Words& words_of(const RunView& run) {
  const bool scripts =
      std::ranges::any_of(run.configurations, &metrics::ConfigurationResult::runs_scripts) ||
      std::ranges::any_of(run.mitigations, [](const metrics::MitigationResult& each) {
        return each.baseline.pooled.runs_scripts();
      });
  return metrics::words_for(scripts);
}

}  // namespace walbench::tools
