#pragma once

#include <cstdint>
#include <vector>

#include "metrics/analysis/findings.hpp"
#include "metrics/result/result_set.hpp"
#include "metrics/result/run_result.hpp"
#include "tools/document/cells.hpp"
#include "tools/document/document.hpp"

namespace walbench::tools {

/// How much of a document is built.
enum class Extent : std::uint8_t {
  answers,  ///< without the sections that are details: they cost the most, and few look at them
  everything,
};

/// What the files said; `findings` are those of the set's runs, by index. Refers to
/// both, which must outlive the document. `percentiles` are shown of segments, distributions and
/// whole logs.
Document document_of(const metrics::ResultSet& set, const std::vector<metrics::Findings>& findings,
                     const Percentiles& percentiles = {}, Extent extent = Extent::everything);

/// What bench says of the run that it has just measured. Refers to the run and its findings, which
/// must outlive the document.
Document document_of(const metrics::RunResult& run, const metrics::Findings& findings,
                     Extent extent = Extent::everything);

}  // namespace walbench::tools
