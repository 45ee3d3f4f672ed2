#include "storage/sqlite/locks/kernel_locks.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <fstream>
#include <limits>
#include <sstream>
#include <system_error>

#include "storage/storage_error.hpp"

namespace walbench::storage {

std::optional<KernelLock> lock_on(int descriptor, std::int64_t begin, std::int64_t length,
                                  bool exclusive_only) {
  struct flock asked {};
  asked.l_type = exclusive_only ? F_RDLCK : F_WRLCK;
  asked.l_whence = SEEK_SET;
  asked.l_start = begin;
  asked.l_len = length;
  if (fcntl(descriptor, F_GETLK, &asked) != 0) {
    throw StorageError("the file system has no POSIX locks that could be asked for: " +
                           std::generic_category().message(errno),
                       ErrorKind::io);
  }
  if (asked.l_type == F_UNLCK) return {};
  const std::int64_t last =
      asked.l_len == 0 ? std::numeric_limits<std::int64_t>::max() : asked.l_start + asked.l_len - 1;
  return KernelLock{asked.l_type == F_WRLCK, asked.l_pid, asked.l_start, last};
}

std::string read_lock_table() {
  std::ostringstream text;
  text << std::ifstream("/proc/locks").rdbuf();
  return text.str();
}

std::vector<KernelLock> locks_in_table(std::string_view table, dev_t device, ino_t inode) {
  const std::string file = fmt::format("{:02x}:{:02x}:{}", major(device), minor(device), inode);
  std::vector<KernelLock> found;
  std::istringstream lines{std::string(table)};
  // `1: POSIX  ADVISORY  WRITE 4711 fe:00:132047 120 120`; with an arrow behind the number: waits.
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string number;
    std::string kind;
    std::string strength;
    std::string access;
    std::string name;
    std::string last;
    KernelLock lock;
    fields >> number >> kind >> strength >> access >> lock.pid >> name >> lock.first >> last;
    if (!fields || (kind != "POSIX" && kind != "OFDLCK") || name != file) continue;
    lock.exclusive = access == "WRITE";
    lock.last = last == "EOF" ? std::numeric_limits<std::int64_t>::max() : std::stoll(last);
    found.push_back(lock);
  }
  return found;
}

}  // namespace walbench::storage
