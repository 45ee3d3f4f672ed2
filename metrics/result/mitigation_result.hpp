#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/result/configuration_result.hpp"
#include "metrics/segment.hpp"

namespace walbench::metrics {

/// What is said of a mitigation, in words.
struct MitigationInfo {
  std::string name;
  std::string kind;  ///< how deep it reaches: `setting`, `pool`, `code`, `architecture`
  std::string description;
  std::string cost;
  std::string risk;
  std::int64_t effort = 0;     ///< 1 is the simplest; the recommendation takes the smallest
  bool recommendable = false;  ///< false where its risk is one that nobody should be talked into
  /// How many mitigations the study was to measure: its intervals are widened for so many.
  std::int64_t measured_together = 1;

  bool operator==(const MitigationInfo&) const = default;
};

/// Adds the failures of another measurement of the same plan.
void pool_failures(std::vector<StatementFailures>& into,
                   const std::vector<StatementFailures>& from);

/// Likewise who kept the WAL.
void pool_keepers(std::optional<WalReuse>& into, const std::optional<WalReuse>& from);

/// One segment of one stream in one repeat, in nanoseconds.
struct SegmentFigures {
  Segment segment = Segment::fsm_net;
  std::int64_t p95_ns = 0;
  std::int64_t p99_ns = 0;
  std::int64_t p999_ns = 0;
  std::int64_t max_ns = 0;
  std::string stream = {};  ///< its name; empty: the main one
};

/// What of one repeat is kept, beside its samples.
struct RepeatFigures {
  std::int64_t elapsed_ns = 0;
  std::vector<SegmentFigures> segments;
  std::optional<std::int64_t> iterations = {};  ///< see ConfigurationResult::iterations

  /// Those of that segment, or null.
  const SegmentFigures* find(Segment segment, std::string_view stream = {}) const;
};

/// A configuration that was measured several times.
struct RepeatedResult {
  /// All repeats in one: samples, times and counts are summed up, peaks are the largest.
  ConfigurationResult pooled;
  std::vector<RepeatFigures> repeats;  ///< in the order of measurement

  /// Adds a repeat of the same plan.
  void add(ConfigurationResult&& repeat);

  double transitions_per_second(const RepeatFigures& repeat) const;
};

/// A mitigation and its baseline, measured in turn: the repeats of the same index belong together.
struct MitigationResult {
  MitigationInfo info;
  RepeatedResult baseline;
  RepeatedResult mitigation;
};

}  // namespace walbench::metrics
