#include "engine/spawning.hpp"

#include <csignal>
#include <system_error>

namespace walbench::engine {

void require_spawned(int error, const char* what) {
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

SpawnedFiles::SpawnedFiles() {
  require_spawned(::posix_spawn_file_actions_init(&actions_), "a process's files");
}

void SpawnedFiles::use_null(int descriptor, int flags) {
  require_spawned(::posix_spawn_file_actions_addopen(&actions_, descriptor, "/dev/null", flags, 0),
                  "/dev/null");
}

void SpawnedFiles::duplicate(int from, int descriptor) {
  require_spawned(::posix_spawn_file_actions_adddup2(&actions_, from, descriptor), "a pipe");
}

SpawnedAlone::SpawnedAlone() {
  require_spawned(::posix_spawnattr_init(&attributes_), "a process's attributes");
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes_, &none);
  ::posix_spawnattr_setsigdefault(&attributes_, &all);
  ::posix_spawnattr_setpgroup(&attributes_, 0);
  require_spawned(
      ::posix_spawnattr_setflags(
          &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF),
      "a process's attributes");
}

}  // namespace walbench::engine
