#pragma once

#include <filesystem>
#include <string>

namespace walbench::storage {

/// The SQLite that this process uses.
struct LoadedLibrary {
  std::string version;  ///< `3.40.1`
  int version_number = 0;
  std::string source_id;
  bool thread_safe = true;
  std::filesystem::path file;  ///< without symbolic links; the program itself if it was linked in
};

LoadedLibrary loaded_library();

}  // namespace walbench::storage
