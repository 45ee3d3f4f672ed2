#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/analysis/findings.hpp"
#include "metrics/result/result_set.hpp"

namespace walbench::metrics {

/// The version of what report_json() writes: raised when a field changes its meaning or goes away.
inline constexpr int kReportSchemaVersion = 1;

/// Takes a text part by part.
using TextSink = std::function<void(std::string_view)>;

/// Everything that the files said, as one JSON object; every field is described in
/// results/README.md. Ends in a line break. Part by part, so that a log of millions of intervals
/// is never in memory as text.
/// `findings` are those of the set's runs, by index; `percentiles` (0 to 100) are told of
/// distributions and whole logs besides the usual ones.
void write_report_json(const ResultSet& set, const std::vector<Findings>& findings,
                       const TextSink& write, const std::vector<double>& percentiles = {});

/// The same as one text.
std::string report_json(const ResultSet& set, const std::vector<Findings>& findings);

}  // namespace walbench::metrics
