#include "tests/programs/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace walbench::programs {
namespace {

constexpr std::chrono::minutes kLongestRun(5);

struct Pipe {
  int read_end = -1;
  int write_end = -1;
};

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe");
  return {ends[0], ends[1]};
}

Pipe make_terminal() {
  int controller = -1;
  int terminal = -1;
  winsize size{};
  size.ws_row = 24;
  size.ws_col = 100;
  if (openpty(&controller, &terminal, nullptr, nullptr, &size) != 0) fail("openpty");
  fcntl(controller, F_SETFD, FD_CLOEXEC);
  fcntl(terminal, F_SETFD, FD_CLOEXEC);
  return {controller, terminal};
}

[[noreturn]] void become(const std::string& path, const std::vector<std::string>& arguments,
                         const Program::Options& options, int in, int out, int err) {
  std::vector<char*> argv = {const_cast<char*>(path.c_str())};
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  if (!options.tmpdir.empty()) setenv("TMPDIR", options.tmpdir.c_str(), 1);
  // Who runs the tests may ignore or block some, as nohup does; a program would do so, too.
  for (int each = 1; each < NSIG; ++each) {
    static_cast<void>(signal(each, SIG_DFL));
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const auto& [name, value] : options.environment) {
    setenv(name.c_str(), value.c_str(), 1);
  }
  if (chdir(options.directory.c_str()) != 0) _exit(126);
  for (const auto& [resource, most] : options.limits) {
    const rlimit limit{most, most};
    if (setrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0) _exit(126);
  }
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  execv(path.c_str(), argv.data());
  _exit(127);
}

/// A file that holds `text`, without a name, read from its start.
int input_of(const std::string& text) {
  FILE* const file = std::tmpfile();
  if (file == nullptr) fail("tmpfile");
  std::fwrite(text.data(), 1, text.size(), file);
  std::rewind(file);
  const int descriptor = fcntl(fileno(file), F_DUPFD_CLOEXEC, 0);
  std::fclose(file);
  return descriptor;
}

}  // namespace

Program::Program(const std::string& path, const std::vector<std::string>& arguments,
                 const Options& options)
    : deadline_(std::chrono::steady_clock::now() + kLongestRun) {
  const Pipe out = make_pipe();
  const Pipe err = options.terminal == Terminal::error_output ? make_terminal() : make_pipe();
  const int in = input_of(options.input);
  if (options.reader_leaves) close(out.read_end);
  pid_ = fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0) become(path, arguments, options, in, out.write_end, err.write_end);
  close(in);
  close(out.write_end);
  close(err.write_end);
  out_ = options.reader_leaves ? -1 : out.read_end;
  err_ = err.read_end;
}

Program::~Program() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (out_ >= 0) close(out_);
  if (err_ >= 0) close(err_);
}

void Program::send_signal(int signal_number) const {
  kill(pid_, signal_number);
}

bool Program::read_some() {
  std::array<pollfd, 2> waiting = {{{out_, POLLIN, 0}, {err_, POLLIN, 0}}};
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline_ - std::chrono::steady_clock::now());
  if ((out_ < 0 && err_ < 0) || left.count() <= 0) return false;
  if (poll(waiting.data(), waiting.size(), static_cast<int>(left.count())) <= 0) return false;
  const auto take = [](const pollfd& ready, int& descriptor, std::string& text) {
    if (ready.revents == 0) return;
    std::array<char, 65536> chunk;
    // A terminal whose other side has gone answers with an error instead of an end.
    const ssize_t count = read(descriptor, chunk.data(), chunk.size());
    if (count > 0) {
      text.append(chunk.data(), static_cast<std::size_t>(count));
    } else {
      close(descriptor);
      descriptor = -1;
    }
  };
  take(waiting[0], out_, outcome_.out);
  take(waiting[1], err_, outcome_.err);
  return true;
}

bool Program::wait_for_error_text(const std::string& text) {
  while (outcome_.err.find(text) == std::string::npos) {
    if (!read_some()) return false;
  }
  return true;
}

bool Program::wait_for_output(std::size_t bytes) {
  while (outcome_.out.size() < bytes) {
    if (!read_some()) return false;
  }
  return true;
}

int Program::threads() const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  for (std::string word; status >> word;) {
    int threads = 0;
    if (word == "Threads:" && status >> threads) return threads;
  }
  return 0;
}

bool Program::blocks(int signal_number) const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  for (std::string word; status >> word;) {
    std::uint64_t blocked = 0;
    if (word == "SigBlk:" && status >> std::hex >> blocked) {
      return (blocked >> (signal_number - 1) & 1U) != 0;
    }
  }
  return false;
}

Outcome Program::wait() {
  while (read_some()) {
  }
  if (out_ >= 0 || err_ >= 0) return outcome_;  // it took too long
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  constexpr int kSignalExitBase = 128;
  outcome_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : kSignalExitBase + WTERMSIG(status);
  return outcome_;
}

std::string bench_path() {
  return WALBENCH_BENCH_PATH;
}
std::string report_path() {
  return WALBENCH_REPORT_PATH;
}
std::string locks_path() {
  return WALBENCH_LOCKS_PATH;
}

std::string doctor_path() {
  return WALBENCH_DOCTOR_PATH;
}

std::string path_of(const std::string& name) {
  if (name == "locks") return locks_path();
  if (name == "doctor") return doctor_path();
  return name == "bench" ? bench_path() : report_path();
}

Outcome run_bench(const std::vector<std::string>& arguments, const Program::Options& options) {
  return Program(bench_path(), arguments, options).wait();
}

Outcome run_report(const std::vector<std::string>& arguments, const Program::Options& options) {
  return Program(report_path(), arguments, options).wait();
}

Outcome run_locks(const std::vector<std::string>& arguments, const Program::Options& options) {
  return Program(locks_path(), arguments, options).wait();
}

Outcome run_doctor(const std::vector<std::string>& arguments, const Program::Options& options) {
  return Program(doctor_path(), arguments, options).wait();
}

ScratchDirectory::ScratchDirectory() {
  std::string pattern = std::filesystem::temp_directory_path() / "walbench-test-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) fail("mkdtemp");
  path_ = pattern;
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> names_in(const std::filesystem::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace walbench::programs
