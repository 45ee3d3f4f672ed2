#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "storage/sqlite/locks/lock_snapshot.hpp"

namespace walbench::storage {

/// An open file, read-only; closed at its end.
class ReadOnlyFile {
 public:
  /// Empty if there is none. Throws StorageError if it cannot be opened or is no regular file.
  static std::unique_ptr<ReadOnlyFile> open(const std::filesystem::path& path);
  explicit ReadOnlyFile(int descriptor) : descriptor_(descriptor) {}
  ReadOnlyFile(const ReadOnlyFile&) = delete;
  ReadOnlyFile& operator=(const ReadOnlyFile&) = delete;
  ~ReadOnlyFile();

  int descriptor() const { return descriptor_; }

 private:
  const int descriptor_;
};

/// The locks of a database that others use, as the kernel tells them. Opens files read-only, takes
/// no lock and changes nothing. For one thread.
///
/// Not for a process that has the same database open itself: closing a file gives up all POSIX
/// locks that the process holds on it.
class DatabaseLocks final : public LockProbe {
 public:
  /// Throws StorageError if there is no database there, or it cannot be read.
  explicit DatabaseLocks(const std::filesystem::path& database);
  DatabaseLocks(const DatabaseLocks&) = delete;
  DatabaseLocks& operator=(const DatabaseLocks&) = delete;
  ~DatabaseLocks() override;

  /// The first one lists all who share a byte, and so does one of several once list_regularly() was
  /// called; the others name one of them.
  LockSnapshot look() override;
  DatabaseState state() const override;
  std::string command_of(pid_t pid) const override;

  /// Lists all holders every `period` on a thread of its own, because that takes some 20 ms.
  void list_regularly(std::chrono::milliseconds period);

 private:
  DatabaseHeader read_header() const;
  void follow_wal_index();
  void ask_for_each_byte(LockSnapshot& snapshot) const;
  std::vector<LockHolder> all_holders() const;

  const std::filesystem::path database_;  ///< without symbolic links, as SQLite resolves them
  const std::filesystem::path wal_index_path_;
  std::unique_ptr<ReadOnlyFile> file_;
  std::shared_ptr<ReadOnlyFile> wal_index_;  ///< null while there is none; guarded by mutex_

  mutable std::mutex mutex_;
  std::optional<std::vector<LockHolder>> listed_;  ///< not yet handed on; guarded by mutex_
  std::jthread lister_;
};

}  // namespace walbench::storage
