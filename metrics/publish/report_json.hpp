#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "metrics/result/result_set.hpp"

namespace walbench::metrics {

/// The version of what report_json() writes: raised when a field changes its meaning or goes away.
inline constexpr int kReportSchemaVersion = 1;

/// How much of it: everything, or what a page can draw.
enum class ReportDetail : std::uint8_t {
  whole,
  page,  ///< curves of the main segments only, no single repeats, interval logs thinned out
};

/// Takes a text part by part.
using TextSink = std::function<void(std::string_view)>;

/// Everything that the files said, as one JSON object; every field is described in
/// results/README.md. Ends in a line break. Part by part, so that a log of millions of intervals
/// is never in memory as text.
void write_report_json(const ResultSet& set, ReportDetail detail, const TextSink& write);

/// The same as one text.
std::string report_json(const ResultSet& set, ReportDetail detail);

}  // namespace walbench::metrics
