#pragma once

#include "tools/document/document.hpp"
#include "tools/locks/locks_story.hpp"

namespace walbench::tools {

/// What was seen, for people: the mode and the files, who held what, who read, and what cannot be
/// known.
Document locks_document(const LocksStory& story);

}  // namespace walbench::tools
