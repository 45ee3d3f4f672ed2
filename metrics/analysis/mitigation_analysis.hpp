#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "metrics/analysis/configuration_findings.hpp"
#include "metrics/result/mitigation_result.hpp"
#include "metrics/statistics/figure_change.hpp"

namespace walbench::metrics {

/// How the intervals of a mitigation are computed, for those who read them.
inline constexpr const char* kIntervalMethod =
    "Student's t over the logarithms of the ratios after/before, one ratio for each pair of "
    "neighbouring repeats; widened so that those of throughput and of P95, P99.9 and max of what "
    "an iteration takes net of its pauses (net) hold together with 95 % for all mitigations of the "
    "study, and all others likewise "
    "(Bonferroni)";

/// The gain of a mitigation: 5 % or more of throughput, or of P95 of fsm_net, and neither worse.
enum class Gain : std::uint8_t {
  shown,
  ruled_out,  ///< it gains less than that, or is worse
  unclear,    ///< it may gain that much for all that was measured
};

/// `shown`, `ruled out` or `unclear`.
std::string_view gain_name(Gain gain);

/// The conclusions from a mitigation and its baseline. A value that owns all it holds.
struct MitigationFindings {
  ConfigurationFindings baseline;
  ConfigurationFindings mitigation;
  std::vector<FigureChange> changes;  ///< see compare_pairs(); empty if a side's files are missing
  Gain gain = Gain::unclear;
  std::vector<std::string> objections;  ///< see objections_to(); empty: it is admissible
  std::string slowest_users;            ///< see slowest_users()
  std::string risk;                     ///< see risk_of()
};

/// P95, P99, P99.9 and max of db_total, lock_wait, fsm_dispatch and fsm_net, then throughput.
/// Figures that are missing in a repeat are left out, so with incomplete files there are fewer.
std::vector<FigureChange> compare_pairs(const MitigationResult& result);

/// The chance that one interval of the mitigation misses: of those that decide (throughput; P95,
/// P99.9 and max of fsm_net), or of one of the others.
double chance_of_miss(const MitigationInfo& info, bool decides);

/// For `asked` see judge().
MitigationFindings analyse_mitigation(const MitigationResult& result,
                                      const std::vector<Limit>& asked = {});

/// Indices into `mitigations` of those with changes, the largest gain of throughput first.
std::vector<std::size_t> rank_mitigations(const std::vector<MitigationFindings>& mitigations);

}  // namespace walbench::metrics
