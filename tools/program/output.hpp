#pragma once

#include <stdexcept>
#include <string_view>

namespace walbench::tools {

/// Standard output that cannot be written to, for another reason than a reader who has gone.
class OutputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Keeps a reader who leaves early (`| head`) from ending the program: writes then fail instead.
/// Once, at the start of main.
void survive_closed_pipes();

/// Writes to standard output and flushes. A reader who has gone is no error: what follows is
/// dropped. Throws OutputError.
void write_output(std::string_view text);

/// Writes to standard error. Whether anybody reads it must not decide how a run ends, so a failure
/// is ignored.
void write_error(std::string_view text) noexcept;

/// Tells on standard error what is wrong: `program: what`, made printable, on a line.
void complain(std::string_view program, std::string_view what);

}  // namespace walbench::tools
