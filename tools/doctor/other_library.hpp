#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "storage/checks/scratch_folder.hpp"

namespace walbench::tools {

/// A folder in which `library` is called as this program wants its SQLite called.
class OtherLibrary {
 public:
  /// Throws StorageError if there is no such file, or no SQLite in it.
  explicit OtherLibrary(const std::filesystem::path& library);

  /// Runs this program again with these arguments and that library; a stop is handed on. Returns
  /// its exit code. Throws StorageError, and runs nothing, if the library cannot be loaded.
  int run(const std::vector<std::string>& arguments, const std::stop_token& stop) const;

  const storage::ScratchFolder& folder() const { return folder_; }

  /// If this process was run by run().
  static bool is_in_use();

 private:
  std::filesystem::path library_;
  storage::ScratchFolder folder_;
};

}  // namespace walbench::tools
