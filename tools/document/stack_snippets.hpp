#pragma once

#include <span>

#include "tools/document/snippets.hpp"

namespace walbench::tools {

/// Snippets in the words of a stack that has its own: files and calls of its configuration.
std::span<const Snippet> stack_snippets();

}  // namespace walbench::tools
