#pragma once

#include <sqlite3.h>

#include <cstdint>

#include "storage/sqlite/watch/vfs_policy.hpp"
#include "storage/sqlite/watch/wal_story.hpp"

namespace walbench::storage {

class CountingVfs;

/// A file of a CountingVfs. SQLite allocates it, zeroes nothing of it, and has the real VFS's file
/// right behind it.
struct CountingFile {
  sqlite3_file base;
  CountingVfs* owner;
  FileKind kind;
  /// The connection wrote nothing but a frame's header, here, in its last write to the WAL; or -1.
  std::int64_t frame_begun_at;
  std::int64_t checkpoint_began_ns;  ///< when the connection got the lock to checkpoint under
  std::int64_t synced_before_ns;     ///< ThreadIo::sync_ns then
  std::int64_t failed_before;        ///< ThreadIo::failures then
  std::int64_t holding;              ///< of the write lock, the connection's last
  bool has_checkpointed;             ///< under that lock, at least a page
  const volatile std::uint32_t* wal_index;  ///< its head, once it is mapped; or null
  SnapshotHolder* holder;                   ///< null: nobody follows
};
static_assert(sizeof(CountingFile) % 8 == 0, "SQLite expects the real file behind it aligned to 8");

inline CountingFile& counting(sqlite3_file* file) {
  return *reinterpret_cast<CountingFile*>(file);
}

inline sqlite3_file* real(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<CountingFile*>(file) + 1);
}

inline FileKind kind_of(int open_flags) {
  if ((open_flags & SQLITE_OPEN_MAIN_DB) != 0) return FileKind::database;
  return (open_flags & SQLITE_OPEN_WAL) != 0 ? FileKind::wal : FileKind::other;
}

/// The method that calls the real file's method of the same name.
template <auto Method>
struct ForwardToFile;
template <typename Result, typename... Arguments,
          Result (*sqlite3_io_methods::*Method)(sqlite3_file*, Arguments...)>
struct ForwardToFile<Method> {
  static Result call(sqlite3_file* file, Arguments... arguments) {
    return (real(file)->pMethods->*Method)(real(file), arguments...);
  }
};

}  // namespace walbench::storage
