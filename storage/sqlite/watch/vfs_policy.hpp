#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace walbench::storage {

/// A call that SQLite makes to its VFS, or to a file of it.
enum class VfsOperation : std::uint8_t {
  open,
  remove,
  read,
  write,
  truncate,
  sync,
  lock,      ///< of the database file
  shm_map,   ///< of a part of the wal-index
  shm_lock,  ///< locks in the wal-index
  fetch,     ///< of a page that is mapped into memory
  unfetch,   ///< the end of that; without a page SQLite calls it at the start of each checkpoint
};
inline constexpr std::size_t kVfsOperations = 11;

/// `sync`, `shared-memory lock`.
std::string_view vfs_operation_name(VfsOperation operation);

enum class FileKind : std::uint8_t { database, wal, other };

/// `the database`, `the -wal file`, `a temporary file`.
std::string_view file_kind_name(FileKind kind);

/// One call, before it is made.
struct VfsCall {
  VfsOperation operation = VfsOperation::open;
  FileKind file = FileKind::database;
  std::int64_t offset = 0;  ///< in bytes; of locks the first one; of truncations the new size
  std::int64_t amount = 0;  ///< bytes, or locks
  int flags = 0;            ///< SQLite's: of opens, syncs and locks in the wal-index
};

/// What becomes of a call.
struct VfsAnswer {
  std::chrono::nanoseconds pause = std::chrono::nanoseconds(0);  ///< before anything else
  int code = 0;          ///< SQLITE_OK: the call is made; otherwise it is not, and returns this
  int system_error = 0;  ///< the errno of a call that is not made
  /// So many bytes of a write are written before it fails.
  std::int64_t written_bytes = 0;
};

/// Decides about calls: tests let them fail, others pause threads where a scheduler may, too.
/// Called by every thread that uses the VFS, at any time.
class VfsPolicy {
 public:
  VfsPolicy() = default;
  VfsPolicy(const VfsPolicy&) = delete;
  VfsPolicy& operator=(const VfsPolicy&) = delete;
  virtual ~VfsPolicy() = default;

  /// Must not throw.
  virtual VfsAnswer before(const VfsCall& call) = 0;
};

}  // namespace walbench::storage
