#pragma once

#include <sys/types.h>

#include <functional>

namespace walbench::storage {

/// A process made by fork(), which ends with this object, and with the process that made it. The
/// process must be made while no other thread of the first one can hold a lock that it needs.
class ChildProcess {
 public:
  /// `body` runs there. Throws StorageError if there can be no further process.
  explicit ChildProcess(const std::function<void()>& body);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess() { kill(); }

  /// Ends it as `kill -9` does, and waits until it is gone. True if it was still running.
  bool kill();

  /// Waits for its end. Returns its exit code, or 128 + the signal that ended it.
  int wait();

  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
};

/// A second process that answers the first one's questions, one at a time, until it is killed.
class SecondProcess {
 public:
  /// `answer` runs there: question to answer, both of the caller's choosing. It must call nothing
  /// that allocates or locks. Throws StorageError if there can be no further process.
  explicit SecondProcess(const std::function<int(int)>& answer);
  SecondProcess(const SecondProcess&) = delete;
  SecondProcess& operator=(const SecondProcess&) = delete;
  ~SecondProcess();

  /// Waits for the answer. Throws StorageError if the process has ended, or says nothing for 5 s.
  int ask(int question) const;

  void kill() { process_.kill(); }

 private:
  struct Channel {
    int ours = -1;
    int theirs = -1;
  };
  static Channel make_channel();

  Channel channel_;
  ChildProcess process_;
};

}  // namespace walbench::storage
