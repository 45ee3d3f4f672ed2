#include "engine/process/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <string_view>
#include <thread>

#include "engine/spawning.hpp"

namespace walbench::engine {
namespace {

/// How long a child that nobody listens to has before it is killed: it may have to stop a process
/// beside its measurement first.
constexpr std::chrono::seconds kPatience(6);

/// Our own environment, with these variables in place of those of the same names.
std::vector<std::string> environment_with(const std::vector<std::string>& changes) {
  std::vector<std::string> all = changes;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view variable = *each;
    const std::string_view name = variable.substr(0, variable.find('=') + 1);
    const bool replaced = std::ranges::any_of(
        changes, [name](const std::string& change) { return change.starts_with(name); });
    if (!replaced) all.emplace_back(variable);
  }
  return all;
}

/// As exec takes them; valid as long as the texts are.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) {
    pointers.push_back(text.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

/// The two ends of a pipe for the first line of what a child has to say; -1: there is none.
class ErrorPipe {
 public:
  explicit ErrorPipe(bool wanted) {
    if (wanted) require_spawned(::pipe2(ends_.data(), O_CLOEXEC) == 0 ? 0 : errno, "a pipe");
  }
  ErrorPipe(const ErrorPipe&) = delete;
  ErrorPipe& operator=(const ErrorPipe&) = delete;
  ~ErrorPipe() {
    for (const int end : ends_) {
      if (end >= 0) ::close(end);
    }
  }

  int writing_end() const { return ends_[1]; }

  /// The first line that the child wrote. To be called when the child has ended.
  std::string first_line() const {
    if (ends_[0] < 0) return {};
    std::array<char, 1024> bytes{};
    static_cast<void>(::fcntl(ends_[0], F_SETFL, O_NONBLOCK));
    const ssize_t got = ::read(ends_[0], bytes.data(), bytes.size());
    const std::string_view text(bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return std::string(text.substr(0, text.find('\n')));
  }

 private:
  std::array<int, 2> ends_ = {-1, -1};
};

}  // namespace

Child::Child(const ChildCommand& command) : Child(command, Channel::make_pair()) {}

Child::Child(const ChildCommand& command, std::pair<Channel, Channel> ends)
    : channel_(std::move(ends.first)) {
  const ErrorPipe errors(command.keeps_errors);
  {
    const Channel theirs = std::move(ends.second);
    spawn(command, theirs.descriptor(), errors.writing_end());
  }
  const std::optional<Message> hello = channel_.receive();
  if (hello && hello->word == Word::hello) {
    engine_ = from_bytes<storage::EngineFacts>(hello->bytes);
    return;
  }
  const std::string how = end();
  const std::string line = errors.first_line();
  throw RunFailed(fmt::format("a process of its own could not be started: {}",
                              line.empty() ? "it " + how : line),
                  Phase::seed);
}

void Child::spawn(const ChildCommand& command, int theirs, int errors) {
  SpawnedFiles files;
  files.duplicate(theirs, theirs);
  for (const int descriptor : command.inherited) {
    files.duplicate(descriptor, descriptor);
  }
  if (errors >= 0) files.duplicate(errors, STDERR_FILENO);
  const SpawnedAlone attributes;
  std::vector<std::string> arguments = command.arguments;
  arguments.push_back(std::to_string(theirs));
  std::vector<std::string> environment = environment_with(command.environment);
  const int error = ::posix_spawn(&process_, "/proc/self/exe", files.get(), attributes.get(),
                                  pointers_to(arguments).data(), pointers_to(environment).data());
  if (error == 0) return;
  process_ = -1;
  throw RunFailed(fmt::format("a process of its own could not be started: {}",
                              std::generic_category().message(error)),
                  Phase::seed, storage::Remedy::fewer_threads);
}

Child::~Child() {
  channel_.hang_up();
  channel_.stop_receiving();
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!has_ended(false) && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  if (process_ > 0) ::kill(process_, SIGKILL);
  has_ended(true);
}

bool Child::has_ended(bool waits) {
  while (process_ > 0) {
    const pid_t gone = ::waitpid(process_, &status_, waits ? 0 : WNOHANG);
    if (gone < 0 && errno == EINTR) continue;
    if (gone == 0) return false;
    process_ = -1;
  }
  return true;
}

std::string Child::end() {
  has_ended(true);
  if (WIFEXITED(status_)) return fmt::format("ended with exit code {}", WEXITSTATUS(status_));
  const int signal = WTERMSIG(status_);
  return fmt::format("was killed by signal {} ({})", signal, ::sigdescr_np(signal));
}

}  // namespace walbench::engine
