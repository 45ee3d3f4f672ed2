#pragma once

#include <atomic>
#include <csignal>
#include <functional>
#include <stop_token>
#include <thread>

namespace walbench::tools {

/// Turns SIGINT, SIGTERM and SIGHUP into a stop request. A second one does not wait for an orderly
/// end: it calls `last_act` and ends the process.
///
/// To be created before any other thread, so that all of them inherit the blocked signals and only
/// this object's thread receives them. SIGHUP stays ignored where it was (nohup).
class InterruptSignals {
 public:
  /// `last_act` runs on the signal thread while everything else goes on: it may remove files, and
  /// must neither wait nor throw.
  explicit InterruptSignals(std::function<void()> last_act);
  InterruptSignals(const InterruptSignals&) = delete;
  InterruptSignals& operator=(const InterruptSignals&) = delete;
  ~InterruptSignals();

  std::stop_token stop_token() const { return stop_.get_token(); }

  /// 128 + the signal that came first, or 0 while none has.
  int exit_code() const { return exit_code_.load(); }

 private:
  void wait_for_signals();

  sigset_t signals_{};
  sigset_t blocked_before_{};
  std::function<void()> last_act_;
  std::stop_source stop_;
  std::atomic<int> exit_code_ = 0;
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

}  // namespace walbench::tools
