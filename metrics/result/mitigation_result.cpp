#include "metrics/result/mitigation_result.hpp"

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

void pool_write_lock(WriteLockWaits& into, const WriteLockWaits& from) {
  into.waits += from.waits;
  into.sleeps += from.sleeps;
  into.sleeps_most = std::max(into.sleeps_most, from.sleeps_most);
  into.slept_ns += from.slept_ns;
  into.stale += from.stale;
  into.has_timeline = into.has_timeline && from.has_timeline;
  into.held_ns += from.held_ns;
  into.free_ns += from.free_ns;
  into.missed_ns += from.missed_ns;
  into.overtaken_p50 = std::max(into.overtaken_p50, from.overtaken_p50);
  into.overtaken_p99 = std::max(into.overtaken_p99, from.overtaken_p99);
  into.overtaken_max = std::max(into.overtaken_max, from.overtaken_max);
  into.acquisitions += from.acquisitions;
  into.lock_held_ns += from.lock_held_ns;
  into.lock_free_longest_ns = std::max(into.lock_free_longest_ns, from.lock_free_longest_ns);
}

/// The largest of all repeats' timeouts, and none where one of them could not tell.
void pool_timeouts(std::vector<TimeoutAdvice>& into, const std::vector<TimeoutAdvice>& from) {
  for (std::size_t index = 0; index < std::min(into.size(), from.size()); ++index) {
    into[index].transactions = std::min(into[index].transactions, from[index].transactions);
    std::optional<std::int64_t>& pooled_ms = into[index].timeout_ms;
    const std::optional<std::int64_t>& repeat_ms = from[index].timeout_ms;
    if (pooled_ms.has_value() && repeat_ms.has_value()) {
      pooled_ms = std::max(pooled_ms, repeat_ms);
    } else {
      pooled_ms.reset();
    }
  }
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
  into.wal_writes += from.wal_writes;
  into.db_writes += from.db_writes;
}

void pool_verdicts(ConfigurationResult& pooled, const ConfigurationResult& repeat) {
  for (const LimitVerdict& verdict : repeat.verdicts) {
    const auto found = std::ranges::find(pooled.verdicts, verdict.limit, &LimitVerdict::limit);
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
  pooled.lock_wait_longest_ns = std::max(pooled.lock_wait_longest_ns, repeat.lock_wait_longest_ns);
  pooled.row_bytes_changed += repeat.row_bytes_changed;
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
  pool_write_lock(pooled.write_lock, repeat.write_lock);
  pool_timeouts(pooled.timeout_advice, repeat.timeout_advice);
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
