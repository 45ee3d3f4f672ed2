#include "storage/checks/second_process.hpp"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <system_error>

#include "storage/storage_error.hpp"

namespace walbench::storage {
namespace {

constexpr timeval kLongestAnswer{5, 0};
constexpr int kSignalExitBase = 128;

[[noreturn]] void fail(const char* what) {
  throw StorageError(std::string(what) + ": " + std::generic_category().message(errno),
                     ErrorKind::other);
}

void answer_questions(int channel, const std::function<int(int)>& answer) {
  for (int question = 0; recv(channel, &question, sizeof question, 0) == sizeof question;) {
    const int answered = answer(question);
    if (send(channel, &answered, sizeof answered, MSG_NOSIGNAL) != sizeof answered) break;
  }
}

}  // namespace

ChildProcess::ChildProcess(const std::function<void()>& body) {
  const pid_t first = getpid();
  pid_ = fork();
  if (pid_ < 0) fail("no second process can be started");
  if (pid_ > 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() == first) body();
  _exit(0);
}

bool ChildProcess::kill() {
  if (pid_ <= 0) return false;
  ::kill(pid_, SIGKILL);
  return wait() == kSignalExitBase + SIGKILL;
}

int ChildProcess::wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : kSignalExitBase + WTERMSIG(status);
}

SecondProcess::Channel SecondProcess::make_channel() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) fail("socketpair");
  setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &kLongestAnswer, sizeof kLongestAnswer);
  return {ends[0], ends[1]};
}

SecondProcess::SecondProcess(const std::function<int(int)>& answer)
    : channel_(make_channel()), process_([&] {
        close(channel_.ours);
        answer_questions(channel_.theirs, answer);
      }) {
  close(channel_.theirs);
}

SecondProcess::~SecondProcess() {
  close(channel_.ours);
}

int SecondProcess::ask(int question) const {
  int answered = 0;
  if (send(channel_.ours, &question, sizeof question, MSG_NOSIGNAL) != sizeof question ||
      recv(channel_.ours, &answered, sizeof answered, 0) != sizeof answered) {
    fail("the second process does not answer");
  }
  return answered;
}

}  // namespace walbench::storage
