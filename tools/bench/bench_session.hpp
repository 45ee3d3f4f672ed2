#pragma once

#include "tools/bench/bench_options.hpp"

namespace walbench::tools {

/// Measures what the options ask for, publishes it, prints it and judges it by its limits. Returns
/// the exit code; complains on stderr.
int run_session(const BenchOptions& options);

}  // namespace walbench::tools
