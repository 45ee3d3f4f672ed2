#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace walbench::storage {

/// A POSIX lock, as the kernel tells it. The pid is that of our pid namespace: 0 if the holder is
/// in one that we do not see, -1 for an open file description lock.
struct KernelLock {
  bool exclusive = false;
  pid_t pid = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;  ///< inclusive

  bool covers(std::int64_t begin, std::int64_t length) const {
    return first < begin + length && last >= begin;
  }
  auto operator<=>(const KernelLock&) const = default;
};

/// Any lock that somebody else holds on one of these bytes (fcntl F_GETLK); with `exclusive_only`
/// those that are shared do not count. Takes no lock; about 0.3 us. Throws StorageError if the file
/// system has no such locks.
std::optional<KernelLock> lock_on(int descriptor, std::int64_t begin, std::int64_t length,
                                  bool exclusive_only = false);

/// The text of /proc/locks. Reading it takes the kernel up to 30 ms, since it lets all processors
/// pass a quiet state before.
std::string read_lock_table();

/// The locks in such a text on one file.
std::vector<KernelLock> locks_in_table(std::string_view table, dev_t device, ino_t inode);

}  // namespace walbench::storage
