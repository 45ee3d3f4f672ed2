#pragma once

#include <string>

#include "tools/locks/locks_story.hpp"

namespace walbench::tools {

/// The same for programs; results/README.md describes every field.
std::string locks_json(const LocksStory& story);

}  // namespace walbench::tools
