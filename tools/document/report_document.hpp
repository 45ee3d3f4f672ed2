#pragma once

#include <vector>

#include "metrics/analysis/findings.hpp"
#include "metrics/result/result_set.hpp"
#include "metrics/result/run_result.hpp"
#include "tools/document/cells.hpp"
#include "tools/document/document.hpp"

namespace walbench::tools {

/// Everything that the files said; `findings` are those of the set's runs, by index. Refers to
/// both, which must outlive the document. `percentiles` are shown of segments, distributions and
/// whole logs.
Document document_of(const metrics::ResultSet& set, const std::vector<metrics::Findings>& findings,
                     const Percentiles& percentiles = {});

/// What bench says of the run that it has just measured. Refers to the run and its findings, which
/// must outlive the document.
Document document_of(const metrics::RunResult& run, const metrics::Findings& findings);

}  // namespace walbench::tools
