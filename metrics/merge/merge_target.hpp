#pragma once

#include <filesystem>

namespace walbench::metrics {

/// Throws MergeError where something has that name and a merge did not write it: a measurement
/// cannot be made again, a merge can. Such a file names what was merged into it.
void require_replaceable(const std::filesystem::path& target);

}  // namespace walbench::metrics
