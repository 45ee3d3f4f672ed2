#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace walbench::metrics {

struct ConfigurationResult;

/// A limit on the elapsed time of the configurations with that profile and number of threads.
struct Gate {
  std::string name;  ///< `threshold_1`, or what the user wrote
  std::string profile;
  std::int64_t threads = 0;
  std::int64_t limit_ns = 0;
  std::int64_t limit_files = 0;  ///< files the limit is meant for; other numbers scale it. 0: any
};

/// What a gate said about a configuration.
struct GateVerdict {
  std::string gate;
  bool passed = false;
  std::string evidence;  ///< a sentence with figures
};

/// Threshold 1: profile zero, 10 threads, 818 files within 300 s.
/// Threshold 2: profile realistic, 10 threads, 818 files within 6 h.
std::vector<Gate> standard_gates();

/// Reads `PROFILE:THREADS:MAX`, such as `zero:10:300s`; the name is the text itself. Throws
/// std::invalid_argument with a sentence about what is wrong.
Gate parse_gate(const std::string& text);

/// The verdicts of all gates that concern this configuration. Besides them, a configuration whose
/// threads did not all meet fails a gate named `concurrency`.
std::vector<GateVerdict> judge(const ConfigurationResult& configuration,
                               const std::vector<Gate>& gates);

}  // namespace walbench::metrics
