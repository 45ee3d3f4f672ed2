#pragma once

#include <string>

#include "metrics/result/configuration_result.hpp"

namespace walbench::tools {

/// Where one configuration's time went: the breakdown as a bar, the waits for the write lock, what
/// was written and synced, and how fair it was. Several lines; all its strings are made printable.
std::string render_anatomy(const metrics::ConfigurationResult& configuration);

}  // namespace walbench::tools
