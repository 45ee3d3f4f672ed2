#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace walbench::storage {

/// The source ids of SQLite that stand in a program or library, each once, as in
/// `2022-12-28 14:03:47 df5c253c...8197f3alt1`: a date, a time, and a hash of 40 or 64 digits, the
/// last of which `alt1` or `alt2` replaces in changed sources. Ids that differ in these alone are
/// one, the changed. Reads the whole file. Throws StorageError if it cannot be read.
std::vector<std::string> source_ids_in(const std::filesystem::path& file);

}  // namespace walbench::storage
