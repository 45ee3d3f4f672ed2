#pragma once

#include <string>
#include <string_view>

#include "metrics/analysis/findings.hpp"
#include "metrics/result/run_result.hpp"
#include "metrics/segment.hpp"

namespace walbench::metrics {

/// The text of `results-<run id>.json`; every field is described in results/README.md.
std::string run_to_json(const RunResult& run, const Findings& findings);

/// The text of `results-mitigation-<run id>-<name>.json`, likewise.
std::string mitigation_to_json(const RunResult& run, const MitigationResult& mitigation,
                               const MitigationFindings& findings);

/// The compact JSON that a .hgrm file carries: one segment's name and everything about its
/// configuration but the histograms. One line.
std::string hgrm_metadata(const RunResult& run, const ConfigurationResult& configuration,
                          Segment segment);

/// The same for one side of a mitigation, with the segment's figures in each repeat.
std::string hgrm_metadata(const RunResult& run, const MitigationResult& mitigation,
                          bool of_baseline, Segment segment);

/// The metadata of a .hgrm file made from a plain column of values, which has no configuration.
std::string values_metadata(std::string_view source);

}  // namespace walbench::metrics
