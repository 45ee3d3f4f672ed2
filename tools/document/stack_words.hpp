#pragma once

#include <span>
#include <string_view>

namespace walbench::tools {

/// How reports speak to those who use a stack.
struct StackWords {
  std::string_view name;      ///< of bench --as
  std::string_view title;     ///< `Rails 8`
  std::string_view language;  ///< of the snippets that are written for it: see Snippet
};

std::span<const StackWords> stack_words();

/// Those of the stack of that name; null for none, and for one that is not known.
const StackWords* find_stack_words(std::string_view name);

}  // namespace walbench::tools
