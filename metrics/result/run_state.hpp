#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace walbench::metrics {

/// What `results-<run id>.json` says of the run as a whole.
struct RunState {
  std::string instance;
  bool complete = false;
  std::vector<std::string> planned;  ///< labels of what was to be measured
};

/// Reads it; nothing if the text is no such JSON.
std::optional<RunState> parse_run_state(std::string_view json);

}  // namespace walbench::metrics
