#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/result/configuration_result.hpp"
#include "metrics/result/mitigation_result.hpp"
#include "metrics/statistics/statistics.hpp"

namespace walbench::metrics {

/// How the intervals of a ChangeRow come about, for those who read them.
inline constexpr const char* kIntervalMethod =
    "95 % interval of Student's t over the logarithms of the ratios after/before, one for each "
    "pair "
    "of neighbouring repeats";

/// One figure before and after: medians over the repeats, and the change from pair to pair.
struct ChangeRow {
  std::string figure;  ///< `lock_wait P95`, or `transitions/s`
  double before = 0;   ///< ms, or per second
  double after = 0;
  Change change;
};

/// P95, P99 and max of db_total, lock_wait, fsm_dispatch and fsm_net, then throughput. Figures that
/// are not there in every repeat are left out, so with incomplete files there are fewer rows.
std::vector<ChangeRow> compare_repeats(const MitigationResult& result);

/// The row of that figure, or null.
const ChangeRow* find_row(const std::vector<ChangeRow>& rows, std::string_view figure);

/// A mitigation in the ranking.
struct RankedMitigation {
  const MitigationResult* result = nullptr;
  std::vector<ChangeRow> rows;
  bool meets_gates = false;  ///< in every repeat
  bool gain_shown = false;   ///< throughput is shown larger or P95 of fsm_net smaller, by 5 % or
                             ///< more, and neither is shown worse
};

/// By throughput gained, the largest gain first. Points into `mitigations`.
std::vector<RankedMitigation> rank_mitigations(const std::vector<MitigationResult>& mitigations);

/// What to do, as sentences, each with its evidence.
struct Recommendation {
  std::string mitigation;  ///< its name; empty: keep the baseline
  std::vector<std::string> sentences;
};

/// The simplest mitigation that meets the gates, shows a gain and endangers no acknowledged
/// transition. Nothing where no mitigation was compared.
std::optional<Recommendation> recommend(const std::vector<MitigationResult>& mitigations);

/// The smallest busy_timeout that would have kept every writer from SQLITE_BUSY.
struct BusyTimeoutNeeded {
  std::int64_t needed_us = 0;
  std::int64_t configured_ms = 0;
  std::string where;  ///< the configuration with the longest wait
};

/// Over all configurations and repeats; nothing where there are none.
std::optional<BusyTimeoutNeeded> busy_timeout_needed(
    const std::vector<ConfigurationResult>& configurations,
    const std::vector<MitigationResult>& mitigations);

/// The same, as a sentence.
std::string busy_timeout_sentence(const BusyTimeoutNeeded& needed);

}  // namespace walbench::metrics
