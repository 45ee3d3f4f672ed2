#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "engine/workload/script/script_text.hpp"

namespace walbench::tools {

/// A line for each of the first problems: `claim.sql:3:5: what is wrong`.
std::string told(const std::vector<engine::ScriptProblem>& problems);

/// Scripts, or a setup, that the database refuses; the message is that of told().
class ScriptsRefused : public std::runtime_error {
 public:
  explicit ScriptsRefused(const std::vector<engine::ScriptProblem>& problems)
      : std::runtime_error(told(problems)) {}
};

}  // namespace walbench::tools
