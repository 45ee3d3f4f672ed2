#include "metrics/result/environment.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <cstdlib>
#include <fstream>
#include <thread>
#include <vector>

#include "metrics/fingerprint.hpp"
#include "metrics/result/figures.hpp"
#include "metrics/result/file_system_kind.hpp"

namespace walbench::metrics {
namespace {

std::string first_line(const char* path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line.empty() ? "unknown" : line;
}

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

std::string kernel() {
  utsname names{};
  if (uname(&names) != 0) return "unknown";
  return fmt::format("{} {} {}", names.sysname, names.release, names.machine);
}

double load_average() {
  double load = 0;
  return getloadavg(&load, 1) == 1 ? load : 0;
}

std::string compiler() {
#if defined(__clang__)
  return "clang " __clang_version__;
#else
  return "gcc " __VERSION__;
#endif
}

}  // namespace

std::string_view walbench_version() {
  return WALBENCH_VERSION;
}

Environment observe_environment() {
  Environment environment;
  environment.walbench_version = WALBENCH_VERSION;
  environment.build_type = WALBENCH_BUILD_TYPE;
  environment.sanitizers = WALBENCH_SANITIZERS;
  environment.compiler = compiler();
  environment.kernel = kernel();
  environment.cpu_model = cpu_model();
  environment.cpu_count = std::thread::hardware_concurrency();
  environment.cpu_governor = first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  environment.load_average_1min = load_average();
  return environment;
}

std::string environment_digest(const Environment& environment) {
  constexpr std::size_t kDigits = 8;
  std::string text;
  for (const Figure<Environment>& figure : environment_figures()) {
    if (figure.plan == PlanClass::measured) continue;
    text += figure_text(figure.value(environment)) + "\n";
  }
  return fingerprint_of(text).substr(0, kDigits);
}

std::vector<std::string> environment_warnings(const Environment& environment) {
  std::vector<std::string> warnings;
  if (environment.build_type != "Release" && environment.build_type != "RelWithDebInfo") {
    warnings.push_back(fmt::format(
        "this is a {} build, which is slower than what users run; measure with the release preset",
        environment.build_type.empty() ? "nameless" : environment.build_type));
  }
  if (!environment.sanitizers.empty()) {
    warnings.push_back(fmt::format(
        "this build has sanitizers ({}), which cost a multiple of what is measured; measure with "
        "the release preset",
        environment.sanitizers));
  }
  if (is_memory_file_system(environment.file_system)) {
    warnings.push_back(
        fmt::format("the database is on {}, which is memory: syncs cost nothing there; put it on a "
                    "disk, or set "
                    "TMPDIR",
                    environment.file_system));
  }
  if (is_network_file_system(environment.file_system)) {
    warnings.push_back(fmt::format(
        "the database is on {}, a network file system, where WAL's shared memory and locks are not "
        "dependable; put it on a local disk",
        environment.file_system));
  }
  if (environment.cpu_governor != "unknown" && environment.cpu_governor != "performance") {
    warnings.push_back(
        fmt::format("the CPU's frequency governor is '{}', so its speed changes while it is "
                    "measured; set it with "
                    "cpupower frequency-set -g performance",
                    environment.cpu_governor));
  }
  constexpr double kBusy = 0.5;
  if (environment.cpu_count > 0 &&
      environment.load_average_1min > kBusy * static_cast<double>(environment.cpu_count)) {
    warnings.push_back(fmt::format(
        "the load average is {:.1f} on {} cores: something else is at work and is measured, too; "
        "end it or wait",
        environment.load_average_1min, environment.cpu_count));
  }
  constexpr std::int64_t kCoarseNs = 100;
  if (environment.self_cost.clock_resolution_ns > kCoarseNs) {
    warnings.push_back(fmt::format(
        "the clock moves in steps of {} ns, so short segments are not to be trusted; look at "
        "/sys/devices/system/clocksource/clocksource0/current_clocksource, where tsc is the fine "
        "one",
        environment.self_cost.clock_resolution_ns));
  }
  return warnings;
}

}  // namespace walbench::metrics
