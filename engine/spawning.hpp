#pragma once

#include <spawn.h>

namespace walbench::engine {

/// Throws std::system_error if `error` is not 0. posix_spawn() and its kin return errors so.
void require_spawned(int error, const char* what);

/// The files that a process starts with. Throws std::system_error.
class SpawnedFiles {
 public:
  SpawnedFiles();
  SpawnedFiles(const SpawnedFiles&) = delete;
  SpawnedFiles& operator=(const SpawnedFiles&) = delete;
  ~SpawnedFiles() { ::posix_spawn_file_actions_destroy(&actions_); }

  void use_null(int descriptor, int flags);
  /// `from` is there as `descriptor`; both may be the same one, which is then inherited.
  void duplicate(int from, int descriptor);

  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

/// A process group of its own, and signals as a process has them that nobody changed. Throws
/// std::system_error.
class SpawnedAlone {
 public:
  SpawnedAlone();
  SpawnedAlone(const SpawnedAlone&) = delete;
  SpawnedAlone& operator=(const SpawnedAlone&) = delete;
  ~SpawnedAlone() { ::posix_spawnattr_destroy(&attributes_); }

  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

}  // namespace walbench::engine
