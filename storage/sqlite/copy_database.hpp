#pragma once

#include <stop_token>
#include <string>

#include "storage/copy_report.hpp"

namespace walbench::storage {

/// Copies the database `from`, which others may be using, into the empty file `to`, by SQLite's
/// backup interface: what was committed when it began is in the copy, the content of a WAL
/// included. Opens `from` for reading alone and makes no checkpoint, so that neither it nor its WAL
/// changes; an empty -wal and a -shm file may come into being, as with any reader. A stop ends it.
/// Throws StorageError.
CopyReport copy_database(const std::string& from, const std::string& to,
                         const std::stop_token& stop);

}  // namespace walbench::storage
