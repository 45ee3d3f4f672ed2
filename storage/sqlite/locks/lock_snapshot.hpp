#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/file_system.hpp"
#include "storage/sqlite/locks/file_headers.hpp"

namespace walbench::storage {

/// What SQLite locks: bytes of the `-shm` file in WAL mode, of the database file in
/// rollback-journal mode.
enum class LockByte : std::uint8_t {
  write,
  checkpoint,
  recover,
  read_mark_0,
  read_mark_1,
  read_mark_2,
  read_mark_3,
  read_mark_4,
  connection,  ///< each process that has the database open in WAL mode shares it
  pending,     ///< of a writer who waits for readers to go
  reserved,    ///< of a writer
  shared,      ///< of readers; alone (exclusive) for a writer who writes to the file
};

/// Pids that stand for no process that can be named.
inline constexpr pid_t kOtherNamespacePid = 0;  ///< a pid namespace that we do not see
inline constexpr pid_t kOpenFilePid = -1;       ///< an open file description lock (OFD)

struct LockHolder {
  LockByte lock = LockByte::write;
  bool exclusive = false;
  pid_t pid = 0;

  auto operator<=>(const LockHolder&) const = default;
};

/// Who holds what at one instant.
struct LockSnapshot {
  JournalMode mode = JournalMode::rollback;
  std::optional<WalIndex> wal_index;  ///< absent in rollback-journal mode, too
  std::uint32_t change_counter = 0;   ///< of the database header
  std::vector<LockHolder> holders;
  /// If `holders` has all who share a byte. Otherwise it has one of them.
  bool complete = false;
};

/// How the files of a database look.
struct DatabaseState {
  JournalMode mode = JournalMode::rollback;
  bool empty = false;            ///< a file of 0 bytes, which SQLite takes for a new database
  bool replaced = false;         ///< the name stands for another file by now, or for none
  std::uint32_t page_bytes = 0;  ///< 0 if the file is empty
  std::uint32_t free_pages = 0;  ///< in the database file, whatever its WAL says
  std::int64_t database_bytes = 0;
  std::uint64_t links = 1;                         ///< names of the file
  std::optional<std::int64_t> wal_bytes = {};      ///< absent if there is no -wal
  std::optional<std::int64_t> journal_bytes = {};  ///< absent if there is no -journal
  bool has_wal_index = false;                      ///< if there is a -shm
  FileSystem file_system = {};
};

/// Looks at the locks of one database.
class LockProbe {
 public:
  LockProbe() = default;
  LockProbe(const LockProbe&) = delete;
  LockProbe& operator=(const LockProbe&) = delete;
  virtual ~LockProbe() = default;

  /// Takes some microseconds. Throws StorageError if the files cannot be read any more.
  virtual LockSnapshot look() = 0;
  virtual DatabaseState state() const = 0;
  /// The command line of a process, its words separated by spaces; empty if it has ended.
  virtual std::string command_of(pid_t pid) const = 0;
};

}  // namespace walbench::storage
