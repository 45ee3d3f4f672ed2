#pragma once

#include <sqlite3.h>

namespace walbench::storage {

/// A VFS in front of another one. SQLite hands the methods a pointer to `base`.
struct PassThroughVfs {
  sqlite3_vfs base{};
  sqlite3_vfs* real = nullptr;

  static PassThroughVfs& of(sqlite3_vfs* vfs) { return *reinterpret_cast<PassThroughVfs*>(vfs); }
};

/// Every method but xOpen goes to the real VFS, under its own identity: some of its methods look at
/// pAppData. `base.szOsFile` is the real one's.
PassThroughVfs pass_through_to(sqlite3_vfs& real);

}  // namespace walbench::storage
