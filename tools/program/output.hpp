#pragma once

#include <stdexcept>
#include <stop_token>
#include <string_view>

namespace walbench::tools {

/// Standard output that cannot be written to, for another reason than a reader who has gone.
class OutputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Keeps a reader who leaves early (`| head`) and a limit on the size of files from ending the
/// program: writes then fail instead. Once, at the start of main.
void survive_failed_writes();

/// From now on, writing waits for a slow reader only until a stop is requested; what he has not
/// taken by then is dropped. To be called while no other thread writes.
void stop_output_with(std::stop_token stop);

/// Writes to standard output. A reader who has gone is no error: what follows is dropped. Throws
/// OutputError.
void write_output(std::string_view text);

/// Writes to standard error. Whether anybody reads it must not decide how a run ends, so a failure
/// is ignored.
void write_error(std::string_view text) noexcept;

/// Writes a line to standard error: `program: what`, made printable.
void complain(std::string_view program, std::string_view what);

}  // namespace walbench::tools
