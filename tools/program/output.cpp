#include "tools/program/output.hpp"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <system_error>
#include <utility>

#include "metrics/files/stoppable_writer.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

std::stop_token output_stop;

/// Returns 0 or an errno.
int write_to(int descriptor, std::string_view text) {
  return metrics::StoppableWriter(descriptor, output_stop).write(text);
}

}  // namespace

void survive_failed_writes() {
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  static_cast<void>(std::signal(SIGXFSZ, SIG_IGN));
}

void stop_output_with(std::stop_token stop) {
  output_stop = std::move(stop);
}

void write_output(std::string_view text) {
  const int error = write_to(STDOUT_FILENO, text);
  if (error == 0 || error == EPIPE || error == ECANCELED) return;
  throw OutputError("cannot write to standard output: " + std::generic_category().message(error) +
                    "; send it somewhere else");
}

void write_error(std::string_view text) noexcept {
  static_cast<void>(write_to(STDERR_FILENO, text));
}

void complain(std::string_view program, std::string_view what) {
  write_error(std::string(program) + ": " + printable(what) + "\n");
}

}  // namespace walbench::tools
