#pragma once

#include <sqlite3.h>

#include <atomic>
#include <functional>
#include <utility>

namespace walbench::storage {

/// A disk on which writes fail on demand: while it lives, SQLite's default VFS, through which a
/// CountingVfs that is made meanwhile writes. One at a time; must outlive what uses it.
class FailingDisk {
 public:
  FailingDisk() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
    wal_code = SQLITE_OK;
    database_code = SQLITE_OK;
    real_open = real_->xOpen;
    vfs_.zName = "failing-disk";
    vfs_.xOpen = open;
    sqlite3_vfs_register(&vfs_, 1);
  }
  FailingDisk(const FailingDisk&) = delete;
  FailingDisk& operator=(const FailingDisk&) = delete;
  ~FailingDisk() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
  }

  /// From now on writes to such files fail with that code; SQLITE_OK: they work again.
  static void fail_wal_writes(int code) { wal_code = code; }
  static void fail_database_writes(int code) { database_code = code; }

  /// Calls it before the next write to a database file, once, on the thread that writes.
  static void before_database_write(std::function<void()> action) {
    before_write = std::move(action);
    database_code = kCallFirst;
  }

 private:
  // The methods of a file, with a write of ours; files are those of the real VFS otherwise.
  template <std::atomic<int>& code>
  struct Methods {
    static const sqlite3_io_methods* instead_of(const sqlite3_io_methods& real) {
      // Files of one kind in local file systems have one table of methods.
      static const sqlite3_io_methods* const original = &real;
      static const sqlite3_io_methods ours = [] {
        sqlite3_io_methods copy = *original;
        copy.xWrite = write;
        return copy;
      }();
      real_write = original->xWrite;
      return original == &real ? &ours : &real;
    }
    static int write(sqlite3_file* file, const void* data, int amount, sqlite3_int64 offset) {
      int fails = code.load();
      if (fails == kCallFirst) {
        code = fails = SQLITE_OK;
        before_write();
      }
      return fails != SQLITE_OK ? fails : real_write.load()(file, data, amount, offset);
    }
    static inline std::atomic<int (*)(sqlite3_file*, const void*, int, sqlite3_int64)> real_write;
  };

  static int open(sqlite3_vfs* vfs, sqlite3_filename path, sqlite3_file* file, int flags,
                  int* out_flags) {
    const int opened = real_open(vfs, path, file, flags, out_flags);
    if (opened != SQLITE_OK) return opened;
    if ((flags & SQLITE_OPEN_WAL) != 0) {
      file->pMethods = Methods<wal_code>::instead_of(*file->pMethods);
    } else if ((flags & SQLITE_OPEN_MAIN_DB) != 0) {
      file->pMethods = Methods<database_code>::instead_of(*file->pMethods);
    }
    return SQLITE_OK;
  }

  static constexpr int kCallFirst = -1;  ///< no result code of SQLite's

  static inline std::function<void()> before_write;
  static inline std::atomic<int> wal_code;
  static inline std::atomic<int> database_code;
  static inline int (*real_open)(sqlite3_vfs*, sqlite3_filename, sqlite3_file*, int,
                                 int*) = nullptr;

  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;
};

/// Put before the base class that has the database, so that the database is on such a disk.
struct OnAFailingDisk {
  FailingDisk disk;
};

}  // namespace walbench::storage
