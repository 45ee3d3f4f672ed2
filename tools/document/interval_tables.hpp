#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "metrics/result/result_set.hpp"

namespace walbench::tools {

/// An interval log, a row an interval: throughput, P50, P99 and max. Of walbench's own logs fsm_net
/// alone, with `details` every segment; of other logs every tag. The text is handed over piece by
/// piece, since a log may have millions of intervals.
void tell_log(const metrics::LoadedLog& log, bool details,
              const std::function<void(std::string_view)>& write);

/// The same as one text.
std::string render_log(const metrics::LoadedLog& log, bool details);

}  // namespace walbench::tools
