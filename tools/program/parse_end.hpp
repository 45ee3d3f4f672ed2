#pragma once

#include <string>
#include <string_view>

namespace walbench::tools {

/// What parsing a command line gives instead of options: text for the user (help, version, or what
/// was wrong) and the exit code.
struct ParseEnd {
  int exit_code;
  std::string text;

  /// A line about what was wrong, and where help is to be had.
  static ParseEnd wrong_usage(std::string_view program, std::string_view what);
  /// Writes the text to standard output or, where something was wrong, to stderr; returns the code.
  int tell() const;
};

}  // namespace walbench::tools
