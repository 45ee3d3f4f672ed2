#include "tools/bench/wall_profile.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <ranges>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/files/file_error.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSamplesPerSecond = "100";
constexpr const char* kPprof = "google-pprof";

/// The functions that are used of gperftools' profiler; null before it is loaded.
struct Profiler {
  int (*start)(const char* path) = nullptr;
  void (*stop)() = nullptr;
  void (*register_thread)() = nullptr;
};
Profiler profiler;

#ifdef WALBENCH_PROFILER_LIBRARY
template <typename Function>
bool find_function(void* library, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(dlsym(library, name));
  return function != nullptr;
}

/// Returns a sentence if it fails. The library reads its environment once, while it is being
/// loaded.
std::optional<std::string> load_profiler() {
  setenv("CPUPROFILE_REALTIME", "1", 1);
  setenv("CPUPROFILE_PER_THREAD_TIMERS", "1", 1);
  setenv("CPUPROFILE_FREQUENCY", kSamplesPerSecond, 1);
  // The library would write a profile of its own, too.
  unsetenv("CPUPROFILE");
  void* const library = dlopen(WALBENCH_PROFILER_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return fmt::format("--wall-profile: cannot load {}; install gperftools (libgoogle-perftools4)",
                       WALBENCH_PROFILER_LIBRARY);
  }
  if (find_function(library, "ProfilerStart", profiler.start) &&
      find_function(library, "ProfilerStop", profiler.stop) &&
      find_function(library, "ProfilerRegisterThread", profiler.register_thread)) {
    return std::nullopt;
  }
  return fmt::format("--wall-profile: {} lacks a function of the profiler's",
                     WALBENCH_PROFILER_LIBRARY);
}
#endif

std::string quoted_for_shell(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return out + "'";
}

/// The output of google-pprof; nothing if it fails.
std::optional<std::string> pprof_text(const fs::path& profile) {
  std::error_code ignored;
  const std::string program = fs::read_symlink("/proc/self/exe", ignored);
  const std::string command =
      fmt::format("{} --text {} {} 2>/dev/null", kPprof, quoted_for_shell(program),
                  quoted_for_shell(profile.string()));
  std::FILE* const pipe = popen(command.c_str(), "re");
  if (pipe == nullptr) return std::nullopt;
  std::string text;
  std::array<char, 4096> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    text.append(buffer.data(), count);
  }
  if (pclose(pipe) != 0) return std::nullopt;
  return text;
}

/// A line of `google-pprof --text`: samples, share, running share, the same with callees, name.
struct FunctionLine {
  std::int64_t own = 0;
  std::string own_share;
  std::int64_t with_callees = 0;
  std::string share_with_callees;
  std::string name;
};

std::vector<FunctionLine> parse_functions(const std::string& text) {
  std::vector<FunctionLine> functions;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    FunctionLine function;
    std::string running_share;
    if (words >> function.own >> function.own_share >> running_share >> function.with_callees >>
            function.share_with_callees &&
        std::getline(words >> std::ws, function.name)) {
      functions.push_back(function);
    }
  }
  return functions;
}

std::string function_table(std::string_view title, const std::vector<FunctionLine>& functions,
                           std::size_t count) {
  std::string out =
      fmt::format("{:>9} {:>7} {:>13} {:>7}  {}\n", "samples", "", "with callees", "", title);
  for (const FunctionLine& each : functions | std::views::take(count)) {
    out += fmt::format("{:>9} {:>7} {:>13} {:>7}  {}\n", each.own, each.own_share,
                       each.with_callees, each.share_with_callees, printable(each.name));
  }
  return out;
}

/// Hides what the profiler prints on standard error when it stops.
class SilentStderr {
 public:
  SilentStderr() : kept_(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)) {
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere < 0) return;
    if (kept_ >= 0) dup2(nowhere, STDERR_FILENO);
    close(nowhere);
  }
  SilentStderr(const SilentStderr&) = delete;
  SilentStderr& operator=(const SilentStderr&) = delete;
  ~SilentStderr() {
    if (kept_ < 0) return;
    dup2(kept_, STDERR_FILENO);
    close(kept_);
  }

 private:
  int kept_;
};

}  // namespace

std::optional<std::string> WallProfile::unavailable() {
#ifdef WALBENCH_PROFILER_LIBRARY
  return profiler.start != nullptr ? std::nullopt : load_profiler();
#else
  return "--wall-profile: this bench was built without gperftools; install "
         "libgoogle-perftools-dev, "
         "configure again and build";
#endif
}

WallProfile::WallProfile(const fs::path& directory)
    : directory_(directory), file_(directory / "wall.prof") {
  if (profiler.start(file_.open_path().c_str()) == 0) {
    throw std::runtime_error(
        fmt::format("the profiler cannot write into '{}'", directory_.string()));
  }
  sampling_ = true;
}

WallProfile::~WallProfile() {
  stop();
}

void WallProfile::enter_thread() {
  thread_local bool entered = false;
  if (!std::exchange(entered, true)) profiler.register_thread();
}

fs::path WallProfile::keep(const std::string& run_id) {
  stop();
  fs::path kept = directory_ / (run_id + ".wall.prof");
  if (!file_.create_at(kept)) {
    throw metrics::FileError(fmt::format("'{}' exists already", kept.string()));
  }
  return kept;
}

void WallProfile::stop() {
  if (!std::exchange(sampling_, false)) return;
  const SilentStderr silent;
  profiler.stop();
}

std::string top_functions(const fs::path& profile, std::size_t count) {
  const std::optional<std::string> text = pprof_text(profile);
  if (!text) {
    return fmt::format("to see its functions, install google-perftools and run: {} --text {} {}\n",
                       kPprof, "bench", printable(profile.string()));
  }
  std::vector<FunctionLine> functions = parse_functions(*text);
  std::string out = fmt::format(
      "where the threads that run lifecycles were, {} samples a second each, waiting included\n",
      kSamplesPerSecond);
  out += function_table("function, by its own samples", functions, count);
  std::ranges::stable_sort(functions, std::greater(), &FunctionLine::with_callees);
  return out + "\n" + function_table("function, by samples with its callees", functions, count);
}

}  // namespace walbench::tools
