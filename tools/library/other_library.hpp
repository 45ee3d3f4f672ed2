#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "storage/checks/scratch_folder.hpp"

namespace walbench::tools {

/// A folder in which `library` is called as this program wants its SQLite called.
class OtherLibrary {
 public:
  /// `program` is this program's name. Throws StorageError if there is no such file, or no SQLite
  /// in it.
  OtherLibrary(std::string program, const std::filesystem::path& library);

  /// Runs this program again with these arguments and that library; a stop is handed on. Returns
  /// its exit code. Throws StorageError, and runs nothing, if the library cannot be loaded.
  int run(const std::vector<std::string>& arguments, const std::stop_token& stop) const;

  const storage::ScratchFolder& folder() const { return folder_; }

  /// If this process was run by run().
  static bool is_in_use();

 private:
  std::string program_;
  std::filesystem::path library_;
  storage::ScratchFolder folder_;
};

/// Nothing if `library` is the one that this process uses. Otherwise runs this program again with
/// it, and returns its exit code; `on_folder` gets the folder while it is there, and then null.
/// Throws StorageError if it is no library of SQLite or cannot be loaded.
std::optional<int> run_with_library(
    const std::string& program, const std::filesystem::path& library,
    const std::vector<std::string>& arguments, const std::stop_token& stop,
    const std::function<void(const storage::ScratchFolder*)>& on_folder);

}  // namespace walbench::tools
