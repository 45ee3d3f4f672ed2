#include "metrics/mitigation_result.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace walbench::metrics {
namespace {

RepeatFigures figures_of(const ConfigurationResult& configuration) {
  RepeatFigures figures{configuration.elapsed_ns, {}};
  for (const auto& [segment, histogram] : configuration.segments) {
    figures.segments.push_back({segment, histogram.value_at_percentile(95),
                                histogram.value_at_percentile(99), histogram.max()});
  }
  return figures;
}

void pool_segments(ConfigurationResult& pooled, ConfigurationResult& repeat) {
  for (SegmentHistogram& added : repeat.segments) {
    const auto found =
        std::ranges::find(pooled.segments, added.segment, &SegmentHistogram::segment);
    if (found == pooled.segments.end()) {
      pooled.segments.push_back(std::move(added));
    } else {
      // All have the same geometry, so every sample fits.
      static_cast<void>(found->histogram.add(added.histogram));
    }
  }
  std::ranges::sort(pooled.segments, {}, &SegmentHistogram::segment);
}

void pool_concurrency(ConfigurationResult& pooled, const ConfigurationResult& repeat) {
  ConcurrencyReached& into = pooled.concurrency;
  const ConcurrencyReached& from = repeat.concurrency;
  const double total_ns =
      static_cast<double>(pooled.elapsed_ns) + static_cast<double>(repeat.elapsed_ns);
  into.in_flight_mean = (into.in_flight_mean * static_cast<double>(pooled.elapsed_ns) +
                         from.in_flight_mean * static_cast<double>(repeat.elapsed_ns)) /
                        total_ns;
  into.os_threads = std::min(into.os_threads, from.os_threads);
  into.in_flight_peak = std::max(into.in_flight_peak, from.in_flight_peak);
  into.lifecycles_stolen += from.lifecycles_stolen;
  const std::size_t threads =
      std::min(into.lifecycles_per_thread.size(), from.lifecycles_per_thread.size());
  for (std::size_t thread = 0; thread < threads; ++thread) {
    into.lifecycles_per_thread[thread] += from.lifecycles_per_thread[thread];
  }
}

void pool_groups(GroupsCommitted& into, const GroupsCommitted& from) {
  into.groups += from.groups;
  into.writes += from.writes;
  into.size_p50 = std::min(into.size_p50, from.size_p50);
  into.size_max = std::max(into.size_max, from.size_max);
}

void pool_wal(WalFigures& into, const WalFigures& from) {
  into.size_end_bytes = from.size_end_bytes;
  into.growth_bytes += from.growth_bytes;
  into.peak_bytes = std::max(into.peak_bytes, from.peak_bytes);
  into.bytes_written += from.bytes_written;
  into.frames += from.frames;
  into.checkpoints += from.checkpoints;
  into.checkpoint_ns += from.checkpoint_ns;
  into.checkpoint_longest_ns = std::max(into.checkpoint_longest_ns, from.checkpoint_longest_ns);
  into.checkpoints_capped += from.checkpoints_capped;
  into.wal_syncs += from.wal_syncs;
  into.db_syncs += from.db_syncs;
  into.db_bytes_written += from.db_bytes_written;
}

void pool_verdicts(ConfigurationResult& pooled, const ConfigurationResult& repeat) {
  for (const GateVerdict& verdict : repeat.verdicts) {
    const auto found = std::ranges::find(pooled.verdicts, verdict.gate, &GateVerdict::gate);
    if (found == pooled.verdicts.end()) {
      pooled.verdicts.push_back(verdict);
    } else if (found->passed) {
      *found = verdict;
    }
  }
}

void pool_counts(ConfigurationResult& pooled, const ConfigurationResult& repeat) {
  pooled.repeats += repeat.repeats;
  pooled.elapsed_ns += repeat.elapsed_ns;
  pooled.indexed_count += repeat.indexed_count;
  pooled.samples_produced += repeat.samples_produced;
  pooled.samples_recorded += repeat.samples_recorded;
  pooled.samples_out_of_range += repeat.samples_out_of_range;
  pooled.writes += repeat.writes;
  pooled.commits += repeat.commits;
  pooled.api_calls += repeat.api_calls;
  pooled.api_failures += repeat.api_failures;
  pooled.occ_conflicts += repeat.occ_conflicts;
  pooled.busy_retries += repeat.busy_retries;
  pooled.busy_longest_us = std::max(pooled.busy_longest_us, repeat.busy_longest_us);
  pooled.snapshot_retries += repeat.snapshot_retries;
  pooled.unsaved_peak = std::max(pooled.unsaved_peak, repeat.unsaved_peak);
  pooled.verified = pooled.verified && repeat.verified;
}

}  // namespace

void RepeatedResult::add(ConfigurationResult&& repeat) {
  repeats.push_back(figures_of(repeat));
  if (repeats.size() == 1) {
    pooled = std::move(repeat);
    return;
  }
  pool_concurrency(pooled, repeat);
  pool_counts(pooled, repeat);
  pool_groups(pooled.groups, repeat.groups);
  pool_wal(pooled.wal, repeat.wal);
  pool_verdicts(pooled, repeat);
  pool_segments(pooled, repeat);
}

double RepeatedResult::transitions_per_second(const RepeatFigures& repeat) const {
  constexpr double kNsPerSecond = 1e9;
  return static_cast<double>(pooled.planned.files) *
         static_cast<double>(pooled.planned.transitions_per_file) * kNsPerSecond /
         static_cast<double>(repeat.elapsed_ns);
}

}  // namespace walbench::metrics
