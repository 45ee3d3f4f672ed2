#pragma once

#include <atomic>
#include <csignal>
#include <functional>
#include <stop_token>
#include <thread>

namespace walbench::tools {

/// Ends a program in order, whatever signal ends it:
///
///   - The first of SIGINT, SIGTERM, SIGHUP, SIGQUIT and all others that ask a program to end
///   becomes
///     a stop request. The next one does not wait for an orderly end.
///   - If the program cannot go on (an exception that nobody catches, abort() in a library), a
///     sentence says so and the exit code is 3.
///   - After a fault, such as SIGSEGV, the signal ends the program as it would have done anyway.
///
/// In the last three cases `last_act` is called first. Signals that are ignored (nohup) or that
/// have a handler (a profiler's) are left alone.
///
/// One object at a time, created before any other thread, so that all of them inherit the blocked
/// signals and only this object's thread receives them.
class InterruptSignals {
 public:
  /// `program` begins sentences. `last_act` runs while everything else goes on, also inside a
  /// signal handler: it may remove files, and must neither wait, nor allocate, nor throw.
  InterruptSignals(const char* program, std::function<void()> last_act);
  InterruptSignals(const InterruptSignals&) = delete;
  InterruptSignals& operator=(const InterruptSignals&) = delete;
  ~InterruptSignals();

  std::stop_token stop_token() const { return stop_.get_token(); }

  /// 128 + the signal that came first, or 0 while none has.
  int exit_code() const { return exit_code_.load(); }

  /// From now on there is nothing left to be ended in order: the next signal ends the program.
  void end_at_once() { orderly_.store(false); }

 private:
  void wait_for_signals();

  sigset_t signals_{};
  sigset_t blocked_before_{};
  std::function<void()> last_act_;
  std::stop_source stop_;
  std::atomic<int> exit_code_ = 0;
  std::atomic<bool> orderly_ = true;
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

}  // namespace walbench::tools
