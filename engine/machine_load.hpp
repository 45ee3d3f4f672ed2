#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>

#include "metrics/result/configuration_result.hpp"

namespace walbench::engine {

/// The kernel's counters at one moment. Those that it does not have are absent.
struct LoadReading {
  std::int64_t at_ns = 0;               ///< CLOCK_MONOTONIC
  std::int64_t own_cpu_ns = 0;          ///< of this process and the children it has waited for
  std::int64_t cpus = 0;                ///< those that were running
  std::optional<std::int64_t> idle_ns;  ///< of all CPUs, waiting for disks included
  std::optional<std::int64_t> cpu_pressure_ns;           ///< any task waited for a CPU
  std::optional<std::int64_t> memory_pressure_ns;        ///< any task waited for memory
  std::map<std::int64_t, std::int64_t> own_cpu_wait_ns;  ///< by thread of this process
};

/// Reads /proc; tests name another folder. Never fails: what cannot be read is missing.
LoadReading read_load(const std::filesystem::path& proc = "/proc");

/// The load that other processes made between two readings. Their CPU time is all that was neither
/// idle nor this process's own; it includes time that a hypervisor gave to other guests, and may be
/// a little below 0, because the kernel counts idle time in hundredths of a second. Threads of this
/// process queue for each other, too: CPU pressure is blamed on others only beyond the time that
/// these threads waited. A loaded machine therefore shows mostly in the CPU time of others.
metrics::MachineLoad load_between(const LoadReading& before, const LoadReading& after);

}  // namespace walbench::engine
