#pragma once

#include <filesystem>
#include <string>

namespace walbench::storage {

/// The file system that holds a file.
struct FileSystem {
  std::string type = "unknown";  ///< as /proc/self/mountinfo names it: `ext4`, `tmpfs`
  std::string mount_options = "unknown";
  std::string rotates = "unknown";  ///< if its disk does: `yes` or `no`
};

FileSystem file_system_of(const std::filesystem::path& path);

}  // namespace walbench::storage
