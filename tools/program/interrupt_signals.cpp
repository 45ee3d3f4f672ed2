#include "tools/program/interrupt_signals.hpp"

#include <pthread.h>
#include <unistd.h>

#include <utility>

namespace walbench::tools {
namespace {

constexpr int kSignalExitBase = 128;
constexpr int kWakeUp = SIGUSR1;  ///< from the destructor to the waiting thread

bool is_ignored(int signal_number) {
  struct sigaction action {};
  return sigaction(signal_number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

InterruptSignals::InterruptSignals(std::function<void()> last_act)
    : last_act_(std::move(last_act)) {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  if (!is_ignored(SIGHUP)) sigaddset(&signals_, SIGHUP);
  sigaddset(&signals_, kWakeUp);
  pthread_sigmask(SIG_BLOCK, &signals_, &blocked_before_);
  // A shell without job control starts background commands with SIGINT ignored; the kernel may drop
  // an ignored signal before anybody can wait for it.
  struct sigaction by_default {};
  by_default.sa_handler = SIG_DFL;
  sigaction(SIGINT, &by_default, nullptr);
  thread_ = std::thread([this] { wait_for_signals(); });
}

InterruptSignals::~InterruptSignals() {
  done_.store(true);
  pthread_kill(thread_.native_handle(), kWakeUp);
  thread_.join();
  pthread_sigmask(SIG_SETMASK, &blocked_before_, nullptr);
}

void InterruptSignals::wait_for_signals() {
  for (;;) {
    int received = 0;
    if (sigwait(&signals_, &received) != 0) continue;
    if (done_.load()) return;
    if (received == kWakeUp) continue;
    if (exit_code_.load() != 0) {
      last_act_();
      ::_exit(kSignalExitBase + received);
    }
    exit_code_.store(kSignalExitBase + received);
    stop_.request_stop();
  }
}

}  // namespace walbench::tools
