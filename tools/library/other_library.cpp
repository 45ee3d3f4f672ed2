#include "tools/library/other_library.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <system_error>
#include <utility>

#include "storage/checks/second_process.hpp"
#include "storage/checks/source_ids.hpp"
#include "storage/sqlite/checks/loaded_library.hpp"
#include "storage/storage_error.hpp"

namespace walbench::tools {
namespace {

constexpr const char* kInUse = "WALBENCH_OTHER_LIBRARY";  ///< its value: kPath as it was before
constexpr const char* kPath = "LD_LIBRARY_PATH";
constexpr const char* kBindNow = "LD_BIND_NOW";

[[noreturn]] void become_this_program(std::string name, const std::vector<std::string>& arguments,
                                      std::vector<std::string> environment) {
  // This program ends the other one in order.
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  for (std::string& each : environment) {
    putenv(each.data());
  }
  std::vector<char*> argv = {name.data()};
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  execv("/proc/self/exe", argv.data());
  _exit(127);
}

/// What the loader complains of; empty if the program starts.
std::string complaint_of_loader(const std::string& program,
                                const std::vector<std::string>& environment) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) storage::fail_check("no pipe can be made");
  std::string text;
  storage::ChildProcess child([&] {
    const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(nowhere, STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    become_this_program(program, {"--version"}, environment);
  });
  close(ends[1]);
  std::array<char, 1024> chunk{};
  for (ssize_t count = 0; (count = read(ends[0], chunk.data(), chunk.size())) > 0;) {
    text.append(chunk.data(), static_cast<std::size_t>(count));
  }
  close(ends[0]);
  const int code = child.wait();
  if (code == 0) return {};
  const std::string line = text.substr(0, text.find('\n'));
  return line.empty() ? "exit code " + std::to_string(code) : line;
}

}  // namespace

LibraryFolder::LibraryFolder(const std::filesystem::path& library)
    : source_ids_(storage::source_ids_in(library)),
      folder_(std::filesystem::temp_directory_path()) {
  if (source_ids_.empty()) {
    throw storage::StorageError(
        "'" + library.string() + "' is no library of SQLite: no source id stands in it",
        storage::ErrorKind::cannot_open);
  }
  std::filesystem::create_symlink(std::filesystem::canonical(library),
                                  folder_.path() / "libsqlite3.so.0");
}

std::vector<std::string> LibraryFolder::environment() const {
  const char* const set = std::getenv(kPath);
  const std::string before = set == nullptr ? "" : set;
  const std::string path = folder_.path().string() + (before.empty() ? "" : ":" + before);
  return {std::string(kPath) + "=" + path, std::string(kBindNow) + "=1",
          std::string(kInUse) + "=" + before};
}

void forget_library_folder() {
  const char* const before = std::getenv(kInUse);
  if (before == nullptr) return;
  if (*before == '\0') {
    unsetenv(kPath);
  } else {
    setenv(kPath, before, 1);
  }
  unsetenv(kBindNow);
  unsetenv(kInUse);
}

bool is_loaded(const std::filesystem::path& library) {
  std::error_code missing;
  return std::filesystem::equivalent(library, storage::loaded_library().file, missing) && !missing;
}

OtherLibrary::OtherLibrary(std::string program, const std::filesystem::path& library)
    : program_(std::move(program)), library_(library), folder_(library) {}

int OtherLibrary::run(const std::vector<std::string>& arguments,
                      const std::stop_token& stop) const {
  const std::vector<std::string> environment = folder_.environment();
  if (const std::string complaint = complaint_of_loader(program_, environment);
      !complaint.empty()) {
    throw storage::StorageError(
        "'" + library_.string() + "' cannot be loaded as libsqlite3: " + complaint,
        storage::ErrorKind::cannot_open);
  }
  storage::ChildProcess other([&] {
    setpgid(0, 0);  // a terminal's Ctrl-C comes through this program, once
    become_this_program(program_, arguments, environment);
  });
  const std::stop_callback<std::function<void()>> hand_on(
      stop, [pid = other.pid()] { ::kill(pid, SIGINT); });
  return other.wait();
}

bool OtherLibrary::is_in_use() {
  return std::getenv(kInUse) != nullptr;
}

std::optional<int> run_with_library(
    const std::string& program, const std::filesystem::path& library,
    const std::vector<std::string>& arguments, const std::stop_token& stop,
    const std::function<void(const storage::ScratchFolder*)>& on_folder) {
  if (is_loaded(library)) return std::nullopt;
  if (OtherLibrary::is_in_use()) {
    throw storage::StorageError("'" + library.string() +
                                    "' cannot be loaded: this program was built with a SQLite of "
                                    "its own",
                                storage::ErrorKind::other);
  }
  const OtherLibrary other(program, library);
  on_folder(&other.folder());
  const int code = other.run(arguments, stop);
  on_folder(nullptr);
  return code;
}

}  // namespace walbench::tools
