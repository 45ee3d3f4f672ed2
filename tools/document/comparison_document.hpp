#pragma once

#include <vector>

#include "metrics/comparison/run_comparison.hpp"
#include "tools/document/document.hpp"

namespace walbench::tools {

/// What changed between two sets of runs: limits first, then a table for each configuration, then
/// what the intervals mean.
Document comparison_document(const metrics::RunMatch& match,
                             const metrics::RunComparison& comparison,
                             const std::vector<metrics::ChangeVerdict>& limits);

/// For CSV: a row for each configuration, segment and percentile, and one for each throughput. The
/// verdicts on limits are not rows of it. Refers to `comparison`, which must outlive it.
Table comparison_figures(const metrics::RunComparison& comparison);

/// `PASS`, `FAIL` or `UNDECIDED`, the limit and its evidence.
Sentence limit_sentence(const metrics::ChangeVerdict& verdict);

}  // namespace walbench::tools
