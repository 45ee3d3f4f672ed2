#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "storage/checks/scratch_folder.hpp"

namespace walbench::tools {

/// A folder in which a library is called as this program wants its SQLite called.
class LibraryFolder {
 public:
  /// Throws StorageError if there is no such file, or no SQLite in it.
  explicit LibraryFolder(const std::filesystem::path& library);

  /// The ids of the SQLite in it; see storage::source_ids_in().
  const std::vector<std::string>& source_ids() const { return source_ids_; }
  const storage::ScratchFolder& folder() const { return folder_; }

  /// `NAME=VALUE`, with which this program loads the library when it starts. It may call
  /// forget_library_folder() then, and the folder may go.
  std::vector<std::string> environment() const;

 private:
  std::vector<std::string> source_ids_;
  storage::ScratchFolder folder_;
};

/// Gives the processes that this one starts the libraries that it would have had without a
/// LibraryFolder. While there is no other thread.
void forget_library_folder();

/// Whether that file is the SQLite that this process has loaded.
bool is_loaded(const std::filesystem::path& library);

/// This program, to be run again with another SQLite.
class OtherLibrary {
 public:
  /// `program` is this program's name. Throws StorageError as LibraryFolder does.
  OtherLibrary(std::string program, const std::filesystem::path& library);

  /// Runs this program again with these arguments and that library; a stop is handed on. Returns
  /// its exit code. Throws StorageError, and runs nothing, if the library cannot be loaded.
  int run(const std::vector<std::string>& arguments, const std::stop_token& stop) const;

  const storage::ScratchFolder& folder() const { return folder_.folder(); }

  /// If this process was run by run().
  static bool is_in_use();

 private:
  std::string program_;
  std::filesystem::path library_;
  LibraryFolder folder_;
};

/// Nothing if `library` is the one that this process uses. Otherwise runs this program again with
/// it, and returns its exit code; `on_folder` gets the folder while it is there, and then null.
/// Throws StorageError if it is no library of SQLite or cannot be loaded.
std::optional<int> run_with_library(
    const std::string& program, const std::filesystem::path& library,
    const std::vector<std::string>& arguments, const std::stop_token& stop,
    const std::function<void(const storage::ScratchFolder*)>& on_folder);

}  // namespace walbench::tools
