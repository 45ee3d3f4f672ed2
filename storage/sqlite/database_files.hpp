#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "storage/storage_error.hpp"

namespace walbench::storage {

/// A database file that cannot be created where it was wanted.
class DatabaseFileError : public StorageError {
 public:
  DatabaseFileError(const std::string& what, Remedy remedy)
      : StorageError(what, ErrorKind::cannot_open, remedy) {}
};

/// A new directory of mode 0700 below `base`, or else TMPDIR or /tmp; or none. Removed at the end
/// if it is empty.
class PrivateDirectory {
 public:
  PrivateDirectory() = default;
  /// Throws DatabaseFileError.
  static PrivateDirectory make(const std::optional<std::filesystem::path>& base = std::nullopt);
  PrivateDirectory(PrivateDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  PrivateDirectory(const PrivateDirectory&) = delete;
  PrivateDirectory& operator=(PrivateDirectory&&) = delete;
  PrivateDirectory& operator=(const PrivateDirectory&) = delete;
  ~PrivateDirectory() { static_cast<void>(remove()); }

  const std::string& path() const { return path_; }  ///< empty: there is none

  /// True if it is gone. Does not allocate.
  bool remove() noexcept;
  void keep() { path_.clear(); }

 private:
  explicit PrivateDirectory(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

/// Owns the place where a run's database lives: creates it, and removes at the end what SQLite left
/// there, unless it is to be kept. Only files that this object created are ever removed.
class DatabaseFiles {
 public:
  /// With a path: that file, which must not exist, nor a -wal, -shm or -journal beside it. Without
  /// one: a file in a PrivateDirectory below `scratch`. The file exists, empty, afterwards. Throws
  /// DatabaseFileError.
  explicit DatabaseFiles(const std::optional<std::filesystem::path>& wanted,
                         const std::optional<std::filesystem::path>& scratch = std::nullopt);
  /// The files of a database that another process has created, and will remove.
  static DatabaseFiles of_another_process(const std::filesystem::path& database) {
    return DatabaseFiles(PrivateDirectory(), database, true);
  }
  DatabaseFiles(const DatabaseFiles&) = delete;
  DatabaseFiles& operator=(const DatabaseFiles&) = delete;
  ~DatabaseFiles();

  const std::filesystem::path& database() const { return database_; }

  /// Leaves everything where it is when this object goes.
  void keep() {
    kept_ = true;
    directory_.keep();
  }

  /// Removes what SQLite wrote and puts an empty database file in its place.
  void start_over();

  /// Removes the files now, and tries again what fails once. False, with errno, if one of them is
  /// still there. Calls nothing that allocates or locks besides unlink and rmdir, so that it can be
  /// the last act of a process that no longer reacts.
  bool remove() noexcept;

 private:
  DatabaseFiles(PrivateDirectory directory, const std::optional<std::filesystem::path>& wanted,
                bool kept = false);
  void create_empty();

  PrivateDirectory directory_;  ///< none if the caller named the file
  std::filesystem::path database_;
  std::string wal_;
  std::string shm_;
  std::string journal_;
  bool created_ = false;
  bool kept_ = false;
};

}  // namespace walbench::storage
