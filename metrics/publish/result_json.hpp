#pragma once

#include <string>

#include "metrics/analysis/findings.hpp"
#include "metrics/result/run_result.hpp"

namespace walbench::metrics {

/// The text of `results-<run id>.json`; every field is described in results/README.md.
std::string run_to_json(const RunResult& run, const Findings& findings);

/// The text of `results-mitigation-<run id>-<name>.json`, likewise.
std::string mitigation_to_json(const RunResult& run, const MitigationResult& mitigation,
                               const MitigationFindings& findings);

}  // namespace walbench::metrics
