#pragma once

#include <string>
#include <vector>

#include "metrics/result/configuration_result.hpp"

namespace walbench::metrics {

/// True if SQLite took no lock that walbench could have seen: with `locking_mode=EXCLUSIVE` the
/// wal-index is private memory, and figures about the write lock are 0 without meaning it.
bool locks_unseen(const ConfigurationResult& configuration);

/// Figures that follow from each other and do not agree, a sentence each. There are none unless
/// walbench, or what it believes about SQLite, is wrong.
std::vector<std::string> disagreements(const ConfigurationResult& configuration);

}  // namespace walbench::metrics
