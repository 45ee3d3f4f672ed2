#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/document/document.hpp"

namespace walbench::tools {

/// How one change is written in one language. Whole files or statements: they compile or run as
/// they stand, with a database `app.db` that has a table `items (id, state, version)`.
struct Snippet {
  std::string_view change;  ///< a strategy's name, or `settings`
  /// `sql`, `c`, `python`, `c++`; or that of one stack alone: see StackWords
  std::string_view language;
  std::string_view text;
};

/// Those that are no stack's; those of one change stand beside each other.
std::span<const Snippet> all_snippets();

/// The snippets of one change as lines to paste, with the busy_timeout that they set: in the words
/// of the stack of that name, if it has some for this change, otherwise in all languages. Of
/// `settings` all but SQL is then a detail.
std::vector<Code> code_for(std::string_view change, std::int64_t busy_timeout_ms,
                           std::string_view stack = {});

}  // namespace walbench::tools
