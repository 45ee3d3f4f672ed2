#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/result/limit.hpp"

namespace walbench::metrics {

struct RunComparison;

enum class LimitOutcome : std::uint8_t {
  passed,     ///< the change is within the limit
  failed,     ///< it is past the limit, and can be told from chance
  undecided,  ///< past it, but by chance for all that is known; or nothing can be known at all
};

/// `pass`, `fail` or `undecided`.
std::string_view outcome_name(LimitOutcome outcome);

/// The verdict of a relative limit on one configuration.
struct ChangeVerdict {
  std::string limit;          ///< as the user wrote it
  std::string configuration;  ///< its label
  LimitOutcome outcome = LimitOutcome::passed;
  std::string evidence;  ///< figures, with the interval that decided; and why it did not
};

/// The verdict for each configuration that the limit, a relative one, selects and that has its
/// figure on both sides. The comparison must have been made with this limit.
std::vector<ChangeVerdict> judge_change(const Limit& limit, const RunComparison& comparison);

}  // namespace walbench::metrics
