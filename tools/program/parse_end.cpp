#include "tools/program/parse_end.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "tools/program/exit_code.hpp"
#include "tools/program/output.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {

ParseEnd ParseEnd::wrong_usage(std::string_view program, std::string_view what) {
  return {kWrongUsage, fmt::format("{}: {}\nTry --help.\n", program, printable(what))};
}

int ParseEnd::tell() const {
  if (exit_code == kDone) {
    write_output(text);
  } else {
    write_error(text);
  }
  return exit_code;
}

}  // namespace walbench::tools
