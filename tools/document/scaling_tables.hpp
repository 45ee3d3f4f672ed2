#pragma once

#include <string>
#include <vector>

#include "metrics/analysis/scaling.hpp"
#include "metrics/result/configuration_result.hpp"

namespace walbench::tools {

/// How figures grow with concurrency, and the Universal Scalability Law fitted to throughput; empty
/// where nothing was measured at two levels.
std::string render_scaling(const std::vector<metrics::ConfigurationResult>& configurations);

/// The bottleneck of each level, in one sentence. Not made printable.
std::string bottleneck_sentence(const metrics::Scaling& scaling);

/// What the law that was fitted says, or why none was; several sentences.
std::vector<std::string> law_sentences(const metrics::Scaling& scaling);

}  // namespace walbench::tools
