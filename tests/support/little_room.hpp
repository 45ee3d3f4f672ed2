#pragma once

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "metrics/files/file_error.hpp"

namespace walbench::metrics {

/// Runs it in a process of its own, in which no file may grow past `most_bytes`; returns whether it
/// ended with a FileError.
inline bool fails_with_little_room(rlim_t most_bytes, const std::function<void()>& operation) {
  const pid_t child = ::fork();
  if (child == 0) {
    static_cast<void>(std::signal(SIGXFSZ, SIG_IGN));
    const rlimit limit{most_bytes, most_bytes};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(3);
    try {
      operation();
      ::_exit(0);
    } catch (const FileError&) {
      ::_exit(1);
    } catch (...) {
      ::_exit(2);
    }
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

}  // namespace walbench::metrics
