#include "tools/program/interrupt_signals.hpp"

#include <pthread.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <exception>
#include <new>
#include <utility>

#include "metrics/sentence_of.hpp"
#include "tools/program/exit_code.hpp"

namespace walbench::tools {
namespace {

constexpr int kSignalExitBase = 128;

/// They ask a program to end, and so they do unless they are handled; beside the real-time signals.
constexpr std::array kRequests = {SIGINT,  SIGTERM,   SIGHUP,  SIGQUIT, SIGUSR1,   SIGUSR2, SIGALRM,
                                  SIGXCPU, SIGVTALRM, SIGPROF, SIGPOLL, SIGSTKFLT, SIGPWR};
constexpr std::array kFaults = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS};

/// Null while nobody handles faults.
std::atomic<const std::function<void()>*> last_act_of_faults = nullptr;
std::atomic<const char*> program_name = "walbench";

/// Not every library survives a lack of memory: what it does then is told as such.
std::atomic<bool> ran_out_of_memory = false;

void on_no_memory() {
  ran_out_of_memory.store(true);
  throw std::bad_alloc();
}

/// Set by the thread that ends the process, which no other may cut short.
std::atomic_flag ending;

bool has_default_action(int signal_number) {
  struct sigaction action {};
  return sigaction(signal_number, nullptr, &action) == 0 && action.sa_handler == SIG_DFL;
}

// The functions below may run inside a signal handler.

void do_last_act() {
  while (ending.test_and_set()) {
    ::pause();
  }
  if (const auto* const act = last_act_of_faults.load()) (*act)();
}

void say(const char* text) {
  static_cast<void>(!::write(STDERR_FILENO, text, std::strlen(text)));
}

[[noreturn]] void give_up(const char* why) {
  do_last_act();
  say(program_name.load());
  say(": cannot go on: ");
  say(why);
  say("; memory or threads may be short: ask for fewer threads, or raise the limits (ulimit -v, "
      "ulimit -u)\n");
  ::_exit(kFailed);
}

extern "C" void on_fault(int signal_number) {
  if (ran_out_of_memory.load()) give_up("out of memory");
  if (signal_number == SIGABRT) give_up("a library ended the program");
  do_last_act();
  static_cast<void>(std::signal(signal_number, SIG_DFL));
  static_cast<void>(std::raise(signal_number));
}

[[noreturn]] void on_terminate() {
  try {
    if (const std::exception_ptr uncaught = std::current_exception()) {
      std::rethrow_exception(uncaught);
    }
  } catch (const std::exception& error) {
    give_up(metrics::sentence_of(error).data());
  } catch (...) {
  }
  give_up("an error that nobody expected");
}

void handle_faults(const std::function<void()>& last_act) {
  last_act_of_faults.store(&last_act);
  std::set_terminate(on_terminate);
  std::set_new_handler(on_no_memory);
  for (const int fault : kFaults) {
    if (has_default_action(fault)) static_cast<void>(std::signal(fault, on_fault));
  }
}

sigset_t requests_to_take() {
  sigset_t all;
  sigemptyset(&all);
  for (const int request : kRequests) {
    if (request == SIGINT || has_default_action(request)) sigaddset(&all, request);
  }
  for (int request = SIGRTMIN; request <= SIGRTMAX; ++request) {
    if (has_default_action(request)) sigaddset(&all, request);
  }
  return all;
}

}  // namespace

InterruptSignals::InterruptSignals(const char* program, std::function<void()> last_act)
    : signals_(requests_to_take()), last_act_(std::move(last_act)) {
  pthread_sigmask(SIG_BLOCK, &signals_, &blocked_before_);
  // A shell without job control starts background commands with SIGINT ignored; the kernel may drop
  // an ignored signal before anybody can wait for it.
  struct sigaction by_default {};
  by_default.sa_handler = SIG_DFL;
  sigaction(SIGINT, &by_default, nullptr);
  program_name.store(program);
  handle_faults(last_act_);
  thread_ = std::thread([this] { wait_for_signals(); });
}

InterruptSignals::~InterruptSignals() {
  last_act_of_faults.store(nullptr);
  done_.store(true);
  pthread_kill(thread_.native_handle(), SIGINT);
  thread_.join();
  pthread_sigmask(SIG_SETMASK, &blocked_before_, nullptr);
}

void InterruptSignals::wait_for_signals() {
  for (;;) {
    int received = 0;
    if (sigwait(&signals_, &received) != 0) continue;
    if (done_.load()) return;
    if (exit_code_.load() != 0 || !orderly_.load()) {
      do_last_act();
      ::_exit(kSignalExitBase + received);
    }
    exit_code_.store(kSignalExitBase + received);
    stop_.request_stop();
  }
}

}  // namespace walbench::tools
