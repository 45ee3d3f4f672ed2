#pragma once

#include <string>

#include "metrics/result_set.hpp"

namespace walbench::tools {

/// An interval log, a row an interval: throughput, P50, P99 and max. Of walbench's own logs fsm_net
/// alone, with `details` every segment; of other logs every tag.
std::string render_log(const metrics::LoadedLog& log, bool details);

}  // namespace walbench::tools
