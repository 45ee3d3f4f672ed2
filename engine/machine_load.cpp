#include "engine/machine_load.hpp"

#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>

namespace walbench::engine {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kNsPerUs = 1'000;

std::int64_t ns_of(const timeval& time) {
  return time.tv_sec * kNsPerSecond + time.tv_usec * kNsPerUs;
}

std::int64_t own_cpu_ns() {
  std::int64_t sum = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    if (getrusage(who, &usage) == 0) sum += ns_of(usage.ru_utime) + ns_of(usage.ru_stime);
  }
  return sum;
}

/// The line `cpu  user nice system idle iowait ...` in clock ticks, and a line for each CPU.
void read_stat(const std::filesystem::path& path, LoadReading& reading) {
  std::ifstream file(path);
  const std::int64_t ns_per_tick = kNsPerSecond / std::max<long>(::sysconf(_SC_CLK_TCK), 1);
  for (std::string line; std::getline(file, line) && line.starts_with("cpu");) {
    if (line.size() > 3 && std::isdigit(static_cast<unsigned char>(line[3])) != 0) {
      reading.cpus += 1;
      continue;
    }
    std::istringstream fields(line.substr(3));
    std::int64_t user = 0;
    std::int64_t nice = 0;
    std::int64_t system = 0;
    std::int64_t idle = 0;
    std::int64_t iowait = 0;
    if (fields >> user >> nice >> system >> idle >> iowait) {
      reading.idle_ns = (idle + iowait) * ns_per_tick;
    }
  }
}

/// The total of the line `some avg10=0.00 avg60=0.00 avg300=0.00 total=123`, in microseconds there.
std::optional<std::int64_t> pressure_ns(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line) || !line.starts_with("some ")) return std::nullopt;
  const std::size_t at = line.find("total=");
  if (at == std::string::npos) return std::nullopt;
  std::istringstream total(line.substr(at + 6));
  std::int64_t us = 0;
  if (!(total >> us)) return std::nullopt;
  return us * kNsPerUs;
}

/// The second field of each thread's schedstat: how long it was ready to run and did not.
std::map<std::int64_t, std::int64_t> own_cpu_wait_ns(const std::filesystem::path& tasks) {
  std::map<std::int64_t, std::int64_t> waits;
  std::error_code error;
  for (auto task = std::filesystem::directory_iterator(tasks, error);
       !error && task != std::filesystem::directory_iterator(); task.increment(error)) {
    std::istringstream name(task->path().filename().string());
    std::ifstream file(task->path() / "schedstat");
    std::int64_t thread = 0;
    std::int64_t ran_ns = 0;
    std::int64_t waited_ns = 0;
    if (name >> thread && file >> ran_ns >> waited_ns) waits.emplace(thread, waited_ns);
  }
  return waits;
}

/// The growth of a counter; nothing if one of the readings lacks it.
std::optional<double> growth(const std::optional<std::int64_t>& before,
                             const std::optional<std::int64_t>& after) {
  if (!before || !after) return std::nullopt;
  return static_cast<double>(*after - *before);
}

double own_wait_ns(const LoadReading& before, const LoadReading& after) {
  double sum = 0;
  for (const auto& [thread, waited_ns] : after.own_cpu_wait_ns) {
    const auto earlier = before.own_cpu_wait_ns.find(thread);
    const bool known = earlier != before.own_cpu_wait_ns.end();
    sum += static_cast<double>(waited_ns - (known ? earlier->second : 0));
  }
  return sum;
}

}  // namespace

LoadReading read_load(const std::filesystem::path& proc) {
  LoadReading reading;
  reading.at_ns = std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
  reading.own_cpu_ns = own_cpu_ns();
  read_stat(proc / "stat", reading);
  reading.cpu_pressure_ns = pressure_ns(proc / "pressure" / "cpu");
  reading.memory_pressure_ns = pressure_ns(proc / "pressure" / "memory");
  reading.own_cpu_wait_ns = own_cpu_wait_ns(proc / "self" / "task");
  return reading;
}

metrics::MachineLoad load_between(const LoadReading& before, const LoadReading& after) {
  const auto elapsed = static_cast<double>(after.at_ns - before.at_ns);
  metrics::MachineLoad load;
  if (elapsed <= 0) return load;
  if (const auto idle = growth(before.idle_ns, after.idle_ns); idle && after.cpus > 0) {
    const auto own = static_cast<double>(after.own_cpu_ns - before.own_cpu_ns);
    load.others_cores = static_cast<double>(after.cpus) - (*idle + own) / elapsed;
  }
  const auto cpu = growth(before.cpu_pressure_ns, after.cpu_pressure_ns);
  const auto memory = growth(before.memory_pressure_ns, after.memory_pressure_ns);
  if (cpu || memory) {
    const double of_others = std::max(cpu.value_or(0) - own_wait_ns(before, after), 0.0);
    load.pressure = std::clamp(std::max(of_others, memory.value_or(0)) / elapsed, 0.0, 1.0);
  }
  return load;
}

}  // namespace walbench::engine
