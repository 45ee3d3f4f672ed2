#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/segment.hpp"

namespace walbench::metrics {

struct RunComparison;

/// How much a figure may change from before to after: `lock_wait.p99>+10%` is passed where the
/// segment's percentile grew by more than 10 %, `transitions_per_second<-5%` where throughput fell
/// by more than 5 %.
struct RegressionLimit {
  std::string text;                ///< as the user wrote it
  std::optional<Segment> segment;  ///< nothing: transitions per second
  double percentile = 0;           ///< above 0 and below 100, of the segment
  bool above = true;               ///< passed above the ratio; otherwise below it
  double ratio = 1;                ///< after by before: 1.1 for +10 %
};

/// Reads `SEGMENT.pN>+X%`, `SEGMENT.pN<-X%`, or the same of `transitions_per_second`; spaces around
/// `>`, `<`, the number and at the ends are ignored. Throws std::invalid_argument with a sentence
/// about what is wrong.
RegressionLimit parse_regression_limit(const std::string& text);

enum class LimitOutcome : std::uint8_t {
  passed,     ///< the change is within the limit
  failed,     ///< it is past the limit, and can be told from chance
  undecided,  ///< past it, but by chance for all that is known; or nothing can be known at all
};

/// `pass`, `fail` or `undecided`.
std::string_view outcome_name(LimitOutcome outcome);

/// What a limit says of one configuration.
struct LimitVerdict {
  std::string limit;          ///< as the user wrote it
  std::string configuration;  ///< its label
  LimitOutcome outcome = LimitOutcome::passed;
  std::string evidence;  ///< figures, with the interval that decided; and why it did not
};

/// The verdict for each configuration that has the figure; none where the limit concerns nothing
/// that was compared. The comparison must have been made with this limit.
std::vector<LimitVerdict> judge_limit(const RegressionLimit& limit,
                                      const RunComparison& comparison);

}  // namespace walbench::metrics
