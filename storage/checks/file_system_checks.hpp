#pragma once

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <vector>

#include "metrics/clock.hpp"
#include "storage/checks/check_result.hpp"
#include "storage/file_system.hpp"

namespace walbench::storage {

// Each check does in `folder` what SQLite relies on, with a second process if it takes two, and
// removes the files that it made. All throw StorageError if no file can be made there.

/// A POSIX lock is granted, refused to another process, named to it, and given up by `kill -9`.
CheckResult check_locks(const std::filesystem::path& folder);

/// Two processes that map a file see each other's writes, and so does one that reads it. The -shm
/// file of WAL mode is such a mapping.
CheckResult check_shared_mapping(const std::filesystem::path& folder);

/// A file takes another one's place by rename; one that is open stays whole when it is unlinked.
CheckResult check_rename_and_unlink(const std::filesystem::path& folder);

/// How long syncs of a changed page take, in at most 2 s. On a disk less than 15 us is too fast to
/// be true: what was acknowledged may be lost when power fails. A stop ends it early.
CheckResult check_sync(const std::filesystem::path& folder, const metrics::Clock& clock,
                       const std::stop_token& stop);

/// The verdict of check_sync on these times. `times` is not empty.
CheckResult judge_sync(std::vector<std::chrono::nanoseconds> times, const FileSystem& file_system);

/// Free space, type and mount options.
CheckResult check_space(const std::filesystem::path& folder);

/// The verdict of check_space.
CheckResult judge_space(double free_bytes, const FileSystem& file_system);

}  // namespace walbench::storage
