#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/analysis/mitigation_analysis.hpp"
#include "metrics/result/mitigation_result.hpp"

namespace walbench::metrics {

/// The kinds of advice.
enum class Advice : std::uint8_t {
  change,  ///< adopt the mitigation that is named
  keep,    ///< keep the baseline: no change helps that can be recommended
  cannot_tell,
};

/// `change`, `keep` or `cannot tell`.
std::string_view advice_name(Advice advice);

/// The advice, as sentences with their evidence.
struct Recommendation {
  Advice advice = Advice::cannot_tell;
  std::string mitigation;              ///< its name; empty unless the advice is a change
  std::vector<std::string> sentences;  ///< the answer first
  std::int64_t repeats = 0;            ///< how often to measure in order to tell; 0: told
};

struct Findings;

/// Recommends the simplest admissible mitigation with a gain that is shown, and names besides what
/// gains most. Cannot tell if none is, and an admissible one may gain for all that was measured.
/// Another SQLite comes first if the loaded one can lose commits. Nothing if no mitigation was
/// compared. `findings` are those of the same run; its own recommendation is not used.
std::optional<Recommendation> recommend(const std::vector<MitigationResult>& mitigations,
                                        const Findings& findings);

}  // namespace walbench::metrics
