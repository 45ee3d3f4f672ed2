#include "metrics/result/environment.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <thread>
#include <vector>

#include "metrics/histogram/histogram.hpp"
#include "metrics/recording/timing_queue.hpp"

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

/// The smallest step between two different readings.
std::int64_t clock_resolution_ns(const Clock& clock) {
  std::int64_t smallest = INT64_MAX;
  for (int round = 0; round < 1000; ++round) {
    const std::int64_t before = clock.now_ns();
    std::int64_t after = clock.now_ns();
    for (int tries = 0; after == before && tries < 100'000; ++tries) {
      after = clock.now_ns();
    }
    if (after > before) smallest = std::min(smallest, after - before);
  }
  return smallest == INT64_MAX ? 0 : smallest;
}

constexpr int kCostBatches = 5;
constexpr int kCallsPerBatch = 2000;

/// Nanoseconds a call of `operation`, as the best of a few batches: interruptions only add. What
/// `between` does, once a batch, is not timed.
template <typename Operation, typename Between>
double cost_ns(const Clock& clock, const Operation& operation, const Between& between) {
  std::int64_t best = INT64_MAX;
  for (int batch = 0; batch < kCostBatches; ++batch) {
    const std::int64_t started = clock.now_ns();
    for (int call = 0; call < kCallsPerBatch; ++call) {
      operation(call);
    }
    best = std::min(best, clock.now_ns() - started);
    between();
  }
  return static_cast<double>(best) / kCallsPerBatch;
}

void measure_own_costs(const Clock& clock, Environment& environment) {
  environment.clock_resolution_ns = clock_resolution_ns(clock);
  volatile std::int64_t sink = 0;
  environment.clock_read_ns = cost_ns(
      clock, [&](int) { sink = clock.now_ns(); }, [] {});

  TimingQueue queue(1);
  std::vector<TimingRecord> drained(kCallsPerBatch);
  const TimingRecord record;
  environment.record_enqueue_ns = cost_ns(
      clock, [&](int) { queue.producer(0).enqueue(record); },
      [&] { sink = static_cast<std::int64_t>(queue.drain(drained)); });

  Histogram histogram;
  environment.sample_record_ns = cost_ns(
      clock, [&](int call) { sink = histogram.record(std::int64_t{1000} * call) ? 1 : 0; }, [] {});
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

Environment observe_environment(const Clock& clock) {
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
  measure_own_costs(clock, environment);
  return environment;
}

std::string environment_digest(const Environment& environment) {
  const std::array<std::string_view, 13> identifying = {
      environment.walbench_version, environment.build_type,    environment.sanitizers,
      environment.compiler,         environment.kernel,        environment.cpu_model,
      environment.cpu_governor,     environment.file_system,   environment.sqlite_version,
      environment.sqlite_source_id, environment.mount_options, environment.rotates,
      environment.onetbb_version};
  const std::string text =
      fmt::format("{}\n{}\n{}", fmt::join(identifying, "\n"), environment.cpu_count,
                  fmt::join(environment.sqlite_compile_options, "\n"));
  const uLong checksum = crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size());
  return fmt::format("{:08x}", checksum);
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
  constexpr std::array<std::string_view, 3> kMemory = {"tmpfs", "ramfs", "devtmpfs"};
  if (std::ranges::find(kMemory, environment.file_system) != kMemory.end()) {
    warnings.push_back(fmt::format(
        "the database is on {}, which is memory: syncs cost nothing there; name a file on a disk "
        "with --db FILE, or set TMPDIR",
        environment.file_system));
  }
  constexpr std::array<std::string_view, 8> kNetwork = {"nfs", "nfs4", "cifs",       "smb3",
                                                        "9p",  "ceph", "fuse.sshfs", "virtiofs"};
  if (std::ranges::find(kNetwork, environment.file_system) != kNetwork.end()) {
    warnings.push_back(fmt::format(
        "the database is on {}, a network file system, where WAL's shared memory and locks are not "
        "dependable; name a file on a local disk with --db FILE",
        environment.file_system));
  }
  if (environment.cpu_governor != "unknown" && environment.cpu_governor != "performance") {
    warnings.push_back(
        fmt::format("the CPU's frequency governor is '{}', so its speed changes while it is "
                    "measured; set it with "
                    "cpupower frequency-set --governor performance",
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
  if (environment.clock_resolution_ns > kCoarseNs) {
    warnings.push_back(fmt::format(
        "the clock moves in steps of {} ns, so short segments are not to be trusted; look at "
        "/sys/devices/system/clocksource/clocksource0/current_clocksource, where tsc is the fine "
        "one",
        environment.clock_resolution_ns));
  }
  return warnings;
}

}  // namespace walbench::metrics
