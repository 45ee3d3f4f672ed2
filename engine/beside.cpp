#include "engine/beside.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <string_view>
#include <utility>

#include "engine/spawning.hpp"

namespace walbench::engine {
namespace {

constexpr std::size_t kLongestLine = 500;
constexpr std::chrono::milliseconds kPoll(10);

std::string quoted(const std::string& path) {
  const bool is_plain = std::ranges::all_of(path, [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') ||
           std::string_view("/._-+").find(c) != std::string::npos;
  });
  if (is_plain) return path;
  std::string text = "'";
  for (const char c : path) {
    text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return text + "'";
}

}  // namespace

std::string command_beside(const std::string& command, const std::filesystem::path& database) {
  constexpr std::string_view kPlace = "{db}";
  const std::string path = quoted(database.string());
  std::string full = command;
  for (std::size_t at = full.find(kPlace); at != std::string::npos;
       at = full.find(kPlace, at + path.size())) {
    full.replace(at, kPlace.size(), path);
  }
  return full;
}

Beside::~Beside() {
  try {
    static_cast<void>(end());
  } catch (const std::exception&) {  // There is nobody left to tell.
  }
}

void Beside::start() noexcept {
  try {
    spawn();
  } catch (const std::exception& error) {
    refusal_ = error.what();
  }
}

void Beside::spawn() {
  std::array<int, 2> pipe{};
  require_spawned(::pipe2(pipe.data(), O_CLOEXEC) == 0 ? 0 : errno, "a pipe");
  errors_ = pipe[0];
  SpawnedFiles files;
  files.use_null(STDIN_FILENO, O_RDONLY);
  files.use_null(STDOUT_FILENO, O_WRONLY);
  files.duplicate(pipe[1], STDERR_FILENO);
  const SpawnedAlone attributes;
  std::string shell = "sh";
  std::string option = "-c";
  std::string command = command_;
  const std::array<char*, 4> arguments = {shell.data(), option.data(), command.data(), nullptr};
  const int error =
      ::posix_spawn(&process_, "/bin/sh", files.get(), attributes.get(), arguments.data(), environ);
  ::close(pipe[1]);
  if (error != 0) process_ = -1;
  require_spawned(error, "starting /bin/sh");
  listener_ = std::thread([this] { listen(); });
}

/// A process of the group that left it may keep the pipe open, so its end is not waited for.
void Beside::listen() {
  pollfd wanted{errors_, POLLIN, 0};
  for (;;) {
    const bool was_gone = gone_.load();
    const int ready = ::poll(&wanted, 1, static_cast<int>(kPoll.count()));
    if (ready == 0 && was_gone) return;
    if (ready <= 0) continue;
    std::array<char, 4096> bytes{};
    const ssize_t got = ::read(errors_, bytes.data(), bytes.size());
    if (got == 0) return;
    const std::lock_guard lock(mutex_);
    for (const char c :
         std::string_view(bytes.data(), got < 0 ? 0 : static_cast<std::size_t>(got))) {
      if (c == '\n') {
        if (!line_.empty()) last_line_ = std::exchange(line_, {});
      } else if (line_.size() < kLongestLine) {
        line_ += c;
      }
    }
  }
}

/// True once the process is gone.
bool Beside::reap(bool waits) {
  if (process_ < 0) return true;
  const auto deadline =
      std::chrono::steady_clock::now() + (waits ? kPatience : std::chrono::seconds(0));
  for (;;) {
    const pid_t ended = ::waitpid(process_, &status_, WNOHANG);
    if (ended == process_ || (ended < 0 && errno == ECHILD)) return true;
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(kPoll);
  }
}

metrics::BesideProcess Beside::end() {
  metrics::BesideProcess result;
  if (process_ > 0) {
    result.stopped = !reap(false);
    ::kill(-process_, SIGTERM);
    if (!reap(true)) {
      ::kill(-process_, SIGKILL);
      while (!reap(true)) {
      }
    }
    ::kill(-process_, SIGKILL);  // Those of its group that it left behind.
    process_ = -1;
    if (WIFEXITED(status_)) result.exit_code = WEXITSTATUS(status_);
    if (WIFSIGNALED(status_)) result.signal = WTERMSIG(status_);
  }
  gone_.store(true);
  if (listener_.joinable()) listener_.join();
  if (errors_ >= 0) ::close(std::exchange(errors_, -1));
  const std::lock_guard lock(mutex_);
  result.last_error = !refusal_.empty() ? refusal_ : line_.empty() ? last_line_ : line_;
  return result;
}

}  // namespace walbench::engine
