#pragma once

#include <filesystem>
#include <string>

namespace walbench::storage {

/// A new folder of mode 0700 in another one, for files of checks. It goes with everything in it.
class ScratchFolder {
 public:
  /// Throws StorageError.
  explicit ScratchFolder(const std::filesystem::path& parent);
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() { remove(); }

  const std::filesystem::path& path() const { return path_; }

  /// An empty file in it, which was not there. Throws StorageError.
  std::filesystem::path make_file(const std::string& name) const;

  /// Removes it now. Neither allocates nor locks, so that it can be the last act of a process; what
  /// appears meanwhile is removed, too.
  void remove() const noexcept;

 private:
  std::filesystem::path path_;
};

/// The sentence about a call that failed: `what: errno's text`, as StorageError.
[[noreturn]] void fail_check(const std::string& what);

}  // namespace walbench::storage
