#pragma once

#include <cstdint>
#include <string>

namespace walbench::storage {

enum class CheckOutcome : std::uint8_t {
  pass,
  warn,  ///< works, but not as one would expect
  fail,  ///< SQLite cannot keep its promises here
  not_checked,
};

/// What one check did and saw.
struct CheckResult {
  std::string name;
  CheckOutcome outcome = CheckOutcome::pass;
  std::string seen = {};    ///< figures and facts, a sentence without its full stop
  std::string advice = {};  ///< empty if there is nothing to do
};

}  // namespace walbench::storage
