#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "metrics/segment.hpp"

namespace walbench::metrics {

struct ConfigurationResult;

/// A percentile of a segment; 100 is the maximum.
struct GateStatistic {
  Segment segment = Segment::fsm_net;
  double percentile = 100;
  std::string name;  ///< `lock_wait.p99`
};

/// A limit on the configurations with that profile and number of threads: on their elapsed time, or
/// on a percentile.
struct Gate {
  std::string name;  ///< `threshold_1`, or what the user wrote
  std::string profile;
  std::int64_t threads = 0;
  std::int64_t limit_ns = 0;
  std::optional<GateStatistic> statistic;  ///< nothing: the elapsed time

  // What the limit is meant for; other numbers scale it, delays below 50 ms like 50 ms, and so do
  // failing calls where a delay is named. 0: any.
  std::int64_t limit_files = 0;
  std::int64_t limit_api_delay_ns = 0;
};

/// What a gate said about a configuration.
struct GateVerdict {
  std::string gate;
  bool passed = false;
  std::string evidence;  ///< a sentence with figures

  bool operator==(const GateVerdict&) const = default;
};

/// Threshold 1: profile zero, 10 threads, 818 files within 300 s.
/// Threshold 2: profile realistic, 10 threads, 818 files with 2 s a call within 6 h.
std::vector<Gate> standard_gates();

/// Reads `PROFILE:THREADS:MAX`, such as `zero:10:300s`, or `PROFILE:THREADS:SEGMENT.STATISTIC<MAX`,
/// such as `zero:10:lock_wait.p99<5ms`, with a percentile (`p50`, `p99.9`) or `max`; the name is
/// the text itself. Throws std::invalid_argument with a sentence about what is wrong.
Gate parse_gate(const std::string& text);

/// The verdicts of all gates that concern this configuration. Besides them, a configuration whose
/// threads did not all meet fails a gate named `concurrency`.
std::vector<GateVerdict> judge(const ConfigurationResult& configuration,
                               const std::vector<Gate>& gates);

}  // namespace walbench::metrics
