#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "metrics/analysis/configuration_findings.hpp"
#include "metrics/result/mitigation_result.hpp"
#include "metrics/statistics/figure_change.hpp"

namespace walbench::metrics {

/// How the intervals of a mitigation are computed, for those who read them.
inline constexpr const char* kIntervalMethod =
    "95 % interval of Student's t over the logarithms of the ratios after/before, one ratio for "
    "each pair of neighbouring repeats";

/// The conclusions from a mitigation and its baseline. A value that owns all it holds.
struct MitigationFindings {
  ConfigurationFindings baseline;
  ConfigurationFindings mitigation;
  std::vector<FigureChange> changes;  ///< see compare_pairs(); empty if a side's files are missing
  bool gain_shown = false;  ///< throughput is shown larger or P95 of fsm_net smaller, by 5 % or
                            ///< more, and neither is shown worse
};

/// P95, P99 and max of db_total, lock_wait, fsm_dispatch and fsm_net, then throughput. Figures that
/// are missing in a repeat are left out, so with incomplete files there are fewer of them.
std::vector<FigureChange> compare_pairs(const MitigationResult& result);

MitigationFindings analyse_mitigation(const MitigationResult& result);

/// Indices into `mitigations` of those with changes, the largest gain of throughput first.
std::vector<std::size_t> rank_mitigations(const std::vector<MitigationFindings>& mitigations);

/// The advice, as sentences with their evidence.
struct Recommendation {
  std::string mitigation;  ///< its name; empty: keep the baseline
  std::vector<std::string> sentences;
};

/// The simplest mitigation that meets its limits, shows a gain and loses no acknowledged transition
/// in a crash. Nothing if no mitigation was compared. `findings` and `ranking` are those of
/// `mitigations`.
std::optional<Recommendation> recommend(const std::vector<MitigationResult>& mitigations,
                                        const std::vector<MitigationFindings>& findings,
                                        const std::vector<std::size_t>& ranking);

/// The smallest busy_timeout that would have kept every writer from SQLITE_BUSY.
struct BusyTimeoutNeeded {
  std::int64_t needed_us = 0;
  std::int64_t configured_ms = 0;
  std::string where;  ///< label of the configuration with the longest wait
};

/// Over all configurations and repeats; nothing if there are none.
std::optional<BusyTimeoutNeeded> busy_timeout_needed(
    const std::vector<ConfigurationResult>& configurations,
    const std::vector<MitigationResult>& mitigations);

/// The same, as a sentence.
std::string busy_timeout_sentence(const BusyTimeoutNeeded& needed);

}  // namespace walbench::metrics
