#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/self_cost.hpp"

namespace walbench::metrics {

/// walbench's own version, as in `0.1.0`.
std::string_view walbench_version();

/// Where and with what a run was measured. What metrics cannot find out itself (SQLite, the file
/// system of the database) is filled in by the caller.
struct Environment {
  std::string walbench_version;
  std::string build_type;
  std::string sanitizers;  ///< as -fsanitize= took them; empty: none
  std::string compiler;
  std::string kernel;
  std::string cpu_model;
  std::int64_t cpu_count = 0;
  std::string cpu_governor;  ///< `unknown` where the kernel does not say
  double load_average_1min = 0;
  std::string file_system;  ///< of the database
  std::string mount_options;
  std::string rotates;  ///< whether its disk does: `yes`, `no`, or `unknown`
  std::string sqlite_version;
  std::string sqlite_source_id;
  std::vector<std::string> sqlite_compile_options;
  bool sqlite_wal_reset_bug = false;  ///< see storage/wal_reset.hpp
  std::string onetbb_version;
  SelfCost self_cost;  ///< filled in by the caller
};

/// Asks the system.
Environment observe_environment();

/// Eight hex digits over what must be equal for two runs to be comparable: everything but the load
/// and the measured costs.
std::string environment_digest(const Environment& environment);

/// What makes these surroundings unfit for measuring, each a sentence with its remedy.
std::vector<std::string> environment_warnings(const Environment& environment);

}  // namespace walbench::metrics
