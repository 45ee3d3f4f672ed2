#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>

#include "metrics/result/beside_process.hpp"

namespace walbench::engine {

/// The command with each `{db}` replaced by the path, quoted for the shell if it needs that.
std::string command_beside(const std::string& command, const std::filesystem::path& database);

/// Somebody else's process that runs during a measurement: a shell with a command, in a process
/// group of its own, whose standard input and output are /dev/null. Used by one thread at a time.
class Beside {
 public:
  /// How long the process has to end by itself once it was asked to.
  static constexpr std::chrono::seconds kPatience{2};

  explicit Beside(std::string command) : command_(std::move(command)) {}
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;
  ~Beside();

  /// Does not throw: a process that could not be started is told of as one that failed.
  void start() noexcept;

  /// Stops the process group, if it is still at work: SIGTERM, and SIGKILL after kPatience.
  metrics::BesideProcess end();

 private:
  void spawn();
  void listen();
  bool reap(bool waits);

  const std::string command_;
  pid_t process_ = -1;   ///< -1: none, or it is gone
  int status_ = 0;       ///< as waitpid() has it, once it is gone
  int errors_ = -1;      ///< its stderr
  std::string refusal_;  ///< why it could not be started; or empty

  std::atomic<bool> gone_ = false;
  std::mutex mutex_;
  std::string line_;  // guarded by mutex_
  std::string last_line_;
  std::thread listener_;
};

}  // namespace walbench::engine
