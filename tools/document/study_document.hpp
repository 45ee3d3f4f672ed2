#pragma once

#include "tools/document/document.hpp"
#include "tools/document/run_view.hpp"

namespace walbench::tools {

// Sections about a study; without blocks if the run has none of it.

/// How the mitigations rank, and what each changed.
Section mitigations_section(const RunView& run);

/// How figures grow with concurrency, and the law fitted to throughput.
Section scaling_section(const RunView& run);

/// The most that the machine can write.
Section ceiling_section(const RunView& run);

}  // namespace walbench::tools
