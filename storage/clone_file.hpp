#pragma once

#include <filesystem>
#include <stop_token>

namespace walbench::storage {

/// Makes the file `to`, which exists, a copy of `from` that is on disk when this returns. Where the
/// file system can, both share their blocks until one is written (reflink), so that a copy of any
/// size takes no time and no space. `stop` ends it. Throws StorageError.
void clone_file(const std::filesystem::path& from, const std::filesystem::path& to,
                const std::stop_token& stop);

}  // namespace walbench::storage
