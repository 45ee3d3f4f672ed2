#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "engine/process/channel.hpp"
#include "storage/engines/engine.hpp"

namespace walbench::engine {

/// How this program is started once more.
struct ChildCommand {
  std::vector<std::string> arguments;         ///< its name first; the descriptor is added
  std::vector<std::string> environment = {};  ///< `NAME=VALUE`, added or in place of our own
  std::vector<int> inherited = {};            ///< descriptors that it has, too
  /// The child's standard error goes into the sentence of RunFailed instead of ours.
  bool keeps_errors = false;
};

/// This program, running once more in a process of its own, which waits for orders at the other end
/// of a channel. In a process group of its own, so that a terminal's Ctrl-C reaches this process
/// alone. If this one is killed, the channel ends, and with it the child; so it does with this
/// object. Used by one thread.
class Child {
 public:
  /// Waits until it has said hello. Throws RunFailed if it could not be started.
  explicit Child(const ChildCommand& command);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  /// The engine that the child has loaded.
  const storage::EngineFacts& engine() const { return engine_; }
  Channel& channel() { return channel_; }
  pid_t pid() const { return process_; }

  /// Waits for its end. `was killed by signal 9 (Killed)`, `ended with exit code 3`.
  std::string end();

 private:
  Child(const ChildCommand& command, std::pair<Channel, Channel> ends);
  bool has_ended(bool waits);
  void spawn(const ChildCommand& command, int theirs, int errors);

  Channel channel_;
  pid_t process_ = -1;  ///< -1: it is gone
  int status_ = 0;      ///< as waitpid() has it, once it is gone
  storage::EngineFacts engine_;
};

}  // namespace walbench::engine
