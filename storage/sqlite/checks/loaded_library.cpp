#include "storage/sqlite/checks/loaded_library.hpp"

#include <dlfcn.h>
#include <sqlite3.h>

#include <system_error>

namespace walbench::storage {

LoadedLibrary loaded_library() {
  LoadedLibrary library = {.version = sqlite3_libversion(),
                           .version_number = sqlite3_libversion_number(),
                           .source_id = sqlite3_sourceid(),
                           .thread_safe = sqlite3_threadsafe() != 0,
                           .file = {}};
  Dl_info found{};
  if (dladdr(reinterpret_cast<void*>(&sqlite3_libversion), &found) != 0 &&
      found.dli_fname != nullptr) {
    std::error_code unresolved;
    library.file = std::filesystem::canonical(found.dli_fname, unresolved);
    if (unresolved) library.file = found.dli_fname;
  }
  return library;
}

}  // namespace walbench::storage
