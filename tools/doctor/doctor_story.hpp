#pragma once

#include <string>
#include <vector>

#include "storage/checks/check_result.hpp"

namespace walbench::tools {

/// What one call of `doctor` found.
struct DoctorStory {
  std::string path;                                ///< as it was named
  std::vector<storage::CheckResult> results = {};  ///< in the order of the checks
  double seconds = 0;
  bool interrupted = false;  ///< further checks were left out
};

}  // namespace walbench::tools
