#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "metrics/histogram/histogram.hpp"
#include "metrics/result/configuration_result.hpp"
#include "metrics/result/mitigation_result.hpp"
#include "metrics/result/run_result.hpp"

namespace walbench::metrics {

/// Histograms are exact below 2,048 ns.
inline Histogram histogram_of(std::int64_t value, std::int64_t count = 1) {
  Histogram histogram;
  EXPECT_TRUE(histogram.record(value, count));
  return histogram;
}

/// 1,000 samples: P50 100, P95 200, P99 300, P99.9 400, max 500 ns.
inline Histogram example_histogram() {
  Histogram histogram;
  EXPECT_TRUE(histogram.record(100, 940));
  EXPECT_TRUE(histogram.record(200, 45));
  EXPECT_TRUE(histogram.record(300, 10));
  EXPECT_TRUE(histogram.record(400, 4));
  EXPECT_TRUE(histogram.record(500, 1));
  return histogram;
}

using SegmentValues = std::vector<std::pair<Segment, std::int64_t>>;

/// A configuration in which every thread met, whose segments have one sample each: all their
/// percentiles are that value.
inline ConfigurationResult measured(std::int64_t threads, const std::string& profile,
                                    const std::string& strategy, std::int64_t elapsed_ns,
                                    const SegmentValues& values = {}) {
  ConfigurationResult result;
  result.planned.threads = threads;
  result.planned.profile = profile;
  result.planned.strategy = strategy;
  result.planned.files = 100;
  result.planned.transitions_per_file = 4;
  result.elapsed_ns = result.elapsed_longest_ns = elapsed_ns;
  result.concurrency.os_threads = threads;
  result.verified = true;
  for (const auto& [segment, ns] : values) {
    result.main.segments.push_back({segment, histogram_of(ns)});
  }
  return result;
}

/// With a timeline; every field has a value that no other field has.
inline WriteLockWaits example_write_lock() {
  return {.waits = 111,
          .sleeps = 112,
          .sleeps_most = 113,
          .slept_ns = 114,
          .stale = 124,
          .has_timeline = true,
          .held_ns = 115,
          .free_ns = 116,
          .missed_ns = 117,
          .overtaken_p50 = 118,
          .overtaken_p99 = 119,
          .overtaken_max = 120,
          .acquisitions = 121,
          .lock_held_ns = 122,
          .followed_ns = 125,
          .lock_free_longest_ns = 123};
}

/// Every field has a value that no other field has.
inline ConfigurationResult full_configuration() {
  ConfigurationResult result;
  result.planned = {.workload = "a workload",
                    .scripts = "a digest",
                    .duration_ns = 131,
                    .max_tries = 132,
                    .retry_delay_ns = 138,
                    .threads = 10,
                    .as = "a stack",
                    .profile = "zero",
                    .strategy = "a strategy",
                    .connection = "a connection",
                    .commit = "a commit",
                    .begin = "a begin",
                    .guard = "a guard",
                    .queue = "a queue",
                    .schema = "a schema",
                    .files = 818,
                    .transitions_per_file = 4,
                    .api_delay = "a delay",
                    .api_delay_ns = 11,
                    .api_fail_rate = 0.25,
                    .warmup_files = 12,
                    .checkpoint = "a checkpoint",
                    .checkpoint_every_frames = 15,
                    .wal_cap_frames = 16,
                    .library = "a library",
                    .wal_reset_exposed = true,
                    .perturb_ns = 233,
                    .varied = {},
                    .limits = {"elapsed>1s"}};
  result.settings = {.journal_mode = "wal",
                     .synchronous = "normal",
                     .busy_timeout_ms = 13,
                     .wal_autocheckpoint_frames = 14,
                     .page_size_bytes = 4096,
                     .cache_size = -2000,
                     .locking_mode = "exclusive",
                     .sqlite_version = "3.99.0",
                     .sqlite_source_id = "an id",
                     .memory_statistics = "a state"};
  result.repeats = 5;
  result.elapsed_ns = 2'000'000'001;
  result.elapsed_longest_ns = 2'000'000'000;
  result.measured_epoch_ns = {1'769'903'998'000'000'001, 1'769'904'000'000'000'003};
  result.indexed_count = 817;
  result.iterations = 816;
  result.given_up = {.busy = 133, .conflict = 134, .failed = 135};
  result.tries = {136, 137};
  result.failures = {{"a statement", "busy", 138, 139, 140, 141}};
  result.first_failure = "a reason";
  result.verified_by = "a look";
  result.writes = 71;
  result.commits = 72;
  result.api_calls = 73;
  result.api_failures = 74;
  result.main.samples_produced = 21;
  result.main.samples_recorded = 22;
  result.main.samples_out_of_range = 23;
  result.occ_conflicts = 24;
  result.busy_retries = 25;
  result.busy_longest_us = 75;
  result.snapshot_retries = 26;
  result.lock_wait_longest_ns = 77'000'001;
  result.row_bytes_changed = 19;
  result.unsaved_peak = 76;
  result.concurrency = {.os_threads = 31,
                        .in_flight_peak = 32,
                        .in_flight_mean = 9.5,
                        .lifecycles_per_thread = {81, 82, 83},
                        .lifecycles_stolen = 33};
  result.groups = {.groups = 52, .writes = 130, .size_p50 = 54, .size_max = 55};
  result.write_lock = example_write_lock();
  result.other_sleeps = {
      .database = 126, .checkpoint = 127, .recovery = 128, .reader = 129, .unknown = 130};
  result.wal = {.size_start_bytes = 41,
                .size_end_bytes = 42,
                .growth_bytes = 43,
                .peak_bytes = 44,
                .bytes_written = 45,
                .frames = 46,
                .checkpoints = 47,
                .checkpoint_ns = 56'000'000'001,
                .checkpoint_longest_ns = 57'000'001,
                .checkpoints_capped = 58,
                .wal_syncs = 48,
                .db_syncs = 49,
                .db_bytes_written = 50,
                .wal_writes = 78,
                .db_writes = 79};
  result.planned.readers = 151;
  result.planned.hold_snapshot_ns = 152'000'001;
  result.planned.beside = "its command";
  result.beside = {true, 153, 15, "its last line"};
  result.reuse = {131,  137,     113,
                  4001, 139'000, {{"reader 1", 101, 149'000'001, 4001}, {"writers", 36, 151, 12}}};
  result.ceiling = {.group_size = 59,
                    .checkpoint = "its checkpoint",
                    .writes_per_second = 142.5,
                    .least_per_second = 71.25,
                    .most_per_second = 285};
  result.load = {.others_cores = 0.125, .pressure = 0.0625};
  result.slowest = {.count = 131,
                    .net_ns = 132,
                    .read_ns = 139,
                    .lock_wait_ns = 133,
                    .statement_ns = 134,
                    .commit_ns = 135,
                    .hydrate_ns = 136,
                    .dispatch_ns = 137,
                    .other_ns = 138};
  result.verified = true;
  for (const Segment segment :
       {Segment::fsm_net, Segment::lock_wait, Segment::fsm_dispatch, Segment::db_total}) {
    result.main.segments.push_back({segment, example_histogram()});
  }
  std::int64_t value = 90;
  for (const Segment segment :
       {Segment::queue_wait, Segment::checkpoint_wait, Segment::sync_wait, Segment::close,
        Segment::wal_sync, Segment::db_sync, Segment::checkpoint}) {
    result.main.segments.push_back({segment, histogram_of(value++)});
  }
  return result;
}

inline RunResult full_run() {
  RunResult run;
  run.run_id = "20260131-235959";
  run.instance = "0123456789abcdef";
  run.timestamp = "2026-01-31T23:59:59Z";
  run.seed = std::numeric_limits<std::uint64_t>::max();
  run.environment = {"0.1.0",      "Release", "thread",           "gcc", "Linux",
                     "a CPU",      2,         "performance",      0.5,   "ext4",
                     "rw,noatime", "no",      "3.40.1",           "id",  {"AN_OPTION", "ANOTHER=1"},
                     true,         "2021.8",  {20, 21.5, 7, 3.25}};
  run.resident_peak_bytes = 61;
  run.sqlite_memory_peak_bytes = 62;
  run.ceiling = {{1, "auto", 63.5, 60.5, 66.5}, {59, "its checkpoint", 142.5, 71.25, 285}};
  run.configurations.push_back(full_configuration());
  return run;
}

inline MitigationInfo example_info(const std::string& name, std::int64_t effort = 3) {
  return {.name = name,
          .kind = "kind of " + name,
          .description = "what " + name + " is",
          .cost = "what " + name + " costs",
          .risk = "what " + name + " endangers",
          .effort = effort,
          .recommendable = true,
          .measured_together = 1};
}

/// What one repeat is judged by: how long it took, and P95 of fsm_net.
struct RepeatBrief {
  std::int64_t elapsed_ns = 0;
  std::int64_t net_p95_ns = 0;
};

/// Repeats at c=10, profile zero, without samples: their figures alone. P99 is twice P95, P99.9
/// three times, the maximum four times, and lock_wait is half of fsm_net.
inline RepeatedResult repeated(const std::string& strategy,
                               std::initializer_list<RepeatBrief> repeats) {
  RepeatedResult result;
  result.pooled = measured(10, "zero", strategy, 0);
  result.pooled.repeats = static_cast<std::int64_t>(repeats.size());
  for (const auto& [elapsed_ns, p95_ns] : repeats) {
    result.pooled.elapsed_ns += elapsed_ns;
    result.pooled.elapsed_longest_ns = std::max(result.pooled.elapsed_longest_ns, elapsed_ns);
    result.repeats.push_back(
        {elapsed_ns,
         {{Segment::fsm_net, p95_ns, 2 * p95_ns, 3 * p95_ns, 4 * p95_ns},
          {Segment::lock_wait, p95_ns / 2, p95_ns, 3 * p95_ns / 2, 2 * p95_ns}}});
  }
  return result;
}

/// Measured repeat by repeat, as the engine does it, with samples in every compared segment.
inline MitigationResult measured_mitigation(const std::string& name, std::int64_t effort,
                                            std::int64_t repeats) {
  MitigationResult result{example_info(name, effort), {}, {}};
  for (std::int64_t repeat = 0; repeat < repeats; ++repeat) {
    const std::int64_t step = 10 * repeat + effort;
    for (const bool of_baseline : {true, false}) {
      const std::int64_t part = of_baseline ? 2 : 1;
      ConfigurationResult one =
          measured(10, "zero", of_baseline ? "per-file" : name, part * 1'000'000'000 + step,
                   {{Segment::fsm_net, part * 800 + step},
                    {Segment::lock_wait, part * 400 + step},
                    {Segment::fsm_dispatch, part * 20 + step},
                    {Segment::db_total, part * 600 + step}});
      (of_baseline ? result.baseline : result.mitigation).add(std::move(one));
    }
  }
  return result;
}

}  // namespace walbench::metrics
