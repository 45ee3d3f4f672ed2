#pragma once

#include <vector>

#include "metrics/result/configuration_result.hpp"
#include "tools/document/document.hpp"

namespace walbench::tools {

/// How often the WAL could start over, who kept it, what that did, and what to try; a sentence
/// each. Empty if it was not followed who reads.
std::vector<Sentence> wal_story_of(const metrics::ConfigurationResult& configuration);

}  // namespace walbench::tools
