#pragma once

#include <string>
#include <vector>

#include "metrics/result/configuration_result.hpp"
#include "metrics/result/environment.hpp"

namespace walbench::metrics {

// What keeps two runs from being comparable. Each function names every field that differs and what
// it is in either, as in `files (818 and 50000)`, and nothing where there is none.

/// What was asked for or set differently, but for what identifies a configuration: threads,
/// profile, strategy and axes.
std::vector<std::string> plan_differences(const ConfigurationResult& one,
                                          const ConfigurationResult& other);

/// What identifies a configuration, and differs.
std::vector<std::string> identity_differences(const ConfigurationResult& one,
                                              const ConfigurationResult& other);

/// What makes the hosts, or how the programs were built, unlike: their latencies then differ for
/// reasons that have nothing to do with what was changed.
std::vector<std::string> host_differences(const Environment& one, const Environment& other);

/// What else differs, and may well be what is compared: versions and compilers; and what differs
/// too easily to forbid a comparison: kernel and mount options, of which containers have their own.
std::vector<std::string> other_differences(const Environment& one, const Environment& other);

}  // namespace walbench::metrics
