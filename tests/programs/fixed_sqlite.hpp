#pragma once

#include <string>

#include "tests/programs/program.hpp"

namespace walbench::programs {

/// `/.../libsqlite3.so.0`, one without the WAL-reset bug, or why there is none.
inline Outcome fixed_sqlite() {
  const std::string script = WALBENCH_SOURCE_DIR "/tests/programs/fixed_sqlite.sh";
  Outcome outcome = Program("/bin/sh", {script, WALBENCH_BINARY_DIR "/fixed_sqlite"}, {}).wait();
  while (outcome.out.ends_with('\n')) {
    outcome.out.pop_back();
  }
  return outcome;
}

}  // namespace walbench::programs
