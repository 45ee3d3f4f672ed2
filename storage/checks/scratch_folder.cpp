#include "storage/checks/scratch_folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "storage/storage_error.hpp"

namespace walbench::storage {
namespace {

/// Files only: checks make no folders.
void remove_files(int folder) {
  alignas(dirent64) std::array<char, 4096> entries{};
  for (;;) {
    const long bytes = syscall(SYS_getdents64, folder, entries.data(), entries.size());
    if (bytes <= 0) return;
    for (long at = 0; at < bytes;) {
      const auto* const entry = reinterpret_cast<const dirent64*>(entries.data() + at);
      unlinkat(folder, entry->d_name, 0);
      at += entry->d_reclen;
    }
  }
}

}  // namespace

void fail_check(const std::string& what) {
  throw StorageError(what + ": " + std::generic_category().message(errno), ErrorKind::cannot_open,
                     Remedy::name_database);
}

ScratchFolder::ScratchFolder(const std::filesystem::path& parent) {
  std::string name = (parent / ".walbench-check-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    fail_check("cannot create a folder in '" + parent.string() + "'");
  }
  path_ = name;
}

std::filesystem::path ScratchFolder::make_file(const std::string& name) const {
  std::filesystem::path file = path_ / name;
  const int descriptor = open(file.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor < 0) fail_check("cannot create '" + file.string() + "'");
  close(descriptor);
  return file;
}

void ScratchFolder::remove() const noexcept {
  constexpr int kMostRounds = 100;
  for (int round = 0; round < kMostRounds; ++round) {
    const int folder = open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return;
    remove_files(folder);
    close(folder);
    if (rmdir(path_.c_str()) == 0 || errno != ENOTEMPTY) return;
  }
}

}  // namespace walbench::storage
