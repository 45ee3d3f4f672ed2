#pragma once

#include <vector>

#include "metrics/analysis/configuration_findings.hpp"
#include "metrics/result/configuration_result.hpp"
#include "tools/document/document.hpp"

namespace walbench::tools {

/// What casts doubt on a configuration or endangers its data, a sentence each.
std::vector<Sentence> warnings_about(const metrics::ConfigurationResult& configuration,
                                     const metrics::ConfigurationFindings& findings);

/// How a configuration ran, in sentences: threads, waits for the write lock, files, fairness,
/// counts. Figures that were not measured are left out.
std::vector<Sentence> anatomy_of(const metrics::ConfigurationResult& configuration,
                                 const metrics::ConfigurationFindings& findings);

}  // namespace walbench::tools
