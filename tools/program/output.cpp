#include "tools/program/output.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <string>
#include <system_error>

#include "tools/program/text.hpp"

namespace walbench::tools {

void survive_closed_pipes() {
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
}

void write_output(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (written && std::fflush(stdout) == 0) return;
  if (errno == EPIPE) return;
  throw OutputError("cannot write to standard output: " + std::generic_category().message(errno) +
                    "; send it somewhere else");
}

void write_error(std::string_view text) noexcept {
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr));
  static_cast<void>(std::fflush(stderr));
}

void complain(std::string_view program, std::string_view what) {
  write_error(std::string(program) + ": " + printable(what) + "\n");
}

}  // namespace walbench::tools
