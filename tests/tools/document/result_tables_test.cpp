// Silent bugs these tests would catch: a figure in another figure's row or column; a percentile in
// another unit than its head says; a gate that failed and is printed as passed; text from a result
// file that steers the terminal.

#include "tools/document/result_tables.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace walbench::tools {
namespace {

using metrics::ConfigurationResult;
using metrics::Histogram;
using metrics::Segment;

/// 1,000 samples whose P50, P95, P99, P99.9 and maximum are 1, 2, 3, 4 and 5 times `unit_ns`.
Histogram spread(std::int64_t unit_ns) {
  Histogram histogram;
  EXPECT_TRUE(histogram.record(unit_ns, 940) && histogram.record(2 * unit_ns, 45) &&
              histogram.record(3 * unit_ns, 10) && histogram.record(4 * unit_ns, 4) &&
              histogram.record(5 * unit_ns));
  return histogram;
}

/// The histograms hold values below 2,048 ns only, where they are exact, but for fsm_net.
ConfigurationResult example() {
  ConfigurationResult result;
  result.planned = {.threads = 10,
                    .profile = "zero",
                    .strategy = "per-file",
                    .connection = "per-file",
                    .commit = "each",
                    .begin = "deferred",
                    .guard = "where",
                    .queue = "sqlite",
                    .schema = "bench",
                    .files = 1000,
                    .transitions_per_file = 4,
                    .api_delay = "",
                    .api_delay_ns = 0,
                    .api_fail_rate = 0,
                    .warmup_files = 100,
                    .checkpoint = "auto",
                    .checkpoint_every_frames = 1002,
                    .wal_cap_frames = 0};
  result.settings.synchronous = "normal";
  result.settings.busy_timeout_ms = 5000;
  result.settings.wal_autocheckpoint_frames = 1001;
  result.elapsed_ns = 2'000'000'000;
  result.writes = 3000;
  result.commits = 3000;
  result.samples_produced = 4002;
  result.samples_recorded = 4000;
  result.samples_out_of_range = 2;
  result.occ_conflicts = 7;
  result.busy_retries = 1234;
  result.snapshot_retries = 6;
  result.concurrency = {.os_threads = 10,
                        .in_flight_peak = 9,
                        .in_flight_mean = 8.25,
                        .lifecycles_per_thread = {90, 110, 100},
                        .lifecycles_stolen = 33};
  result.wal = {.size_start_bytes = 11,
                .size_end_bytes = 12,
                .growth_bytes = 4096,
                .peak_bytes = 8192,
                .bytes_written = 12'300'000,
                .frames = 3000,
                .checkpoints = 4,
                .checkpoint_ns = 21'000'000,
                .checkpoint_longest_ns = 8'500'000,
                .checkpoints_capped = 0,
                .wal_syncs = 5,
                .db_syncs = 6,
                .db_bytes_written = 200'000,
                .wal_writes = 6000,
                .db_writes = 1050};
  result.verified = true;
  result.verdicts = {{"threshold_1", true, "2 s of 300 s, 150x"}};
  result.segments = {{Segment::fsm_net, spread(2'000'000)},
                     {Segment::lock_wait, spread(300)},
                     {Segment::busy_wait, spread(10)},
                     {Segment::db_total, spread(400)}};
  return result;
}

TEST(ResultTables, AConfigurationIsToldWhole) {
  EXPECT_EQ(render_configuration(example()),
            R"(c=10 zero per-file: 1,000 files, database verified
  connection per-file, commit each, begin deferred, guard where, queue sqlite; schema bench, )"
            R"(synchronous normal, busy_timeout 5000 ms, checkpoint auto every 1002 frames, )"
            R"(API delay 0
  elapsed 2 s, 2,000 transitions/s, 1,500 commits/s
  10 OS threads, in flight 9 at most and 8.2 on average; 90 to 110 lifecycles a thread, 33 stolen

  ms                 P50      P95      P99    P99.9      max
  fsm_net          2.001    4.002    6.001    8.004    10.00
    lock_wait    0.00030  0.00060  0.00090  0.00120  0.00150
      busy_wait  0.00001  0.00002  0.00003  0.00004  0.00005
  db_total       0.00040  0.00080  0.00120  0.00160  0.00200

  1.0 frames a transaction in 2.0 writes; 1,050 pages moved by checkpoints
  fairness: Jain's index 0.993 over threads
  CONCURRENCY: 8.2 lifecycles were in flight on average, 82 % of the 10 asked for: threads ran )"
            R"(out of files before others were done, so this is less contention than it says; )"
            R"(measure more with --files
  WAL growth 4,096 B (peak 8,192 B, 11 B at start, 12 B at end); 12.3 MB written in 3,000 frames
  4 checkpoints took 21.00 ms in all and 8.500 ms at most, and moved 200 kB into the database
  5 WAL syncs, 6 database syncs
  busy handler slept 1,234 times, stale snapshots retried 6, OCC conflicts 7
  samples: 4,002 produced = 4,000 recorded + 2 out of range
  WAL contention: CONTRIBUTOR: lock_wait P95 is 75.0 % of db_total P95 (threshold 5 %)
  threshold_1: PASS  2 s of 300 s, 150x
)");
}

TEST(ResultTables, SegmentsStandInTheOrderOfTheBreakdown) {
  ConfigurationResult result = example();
  result.segments.clear();
  for (std::size_t index = metrics::kSegmentCount; index > 0; --index) {
    result.segments.push_back({metrics::segment_at(index - 1), spread(100)});
  }
  const std::string text = render_configuration(result);
  std::size_t last = text.find("P99.9");
  for (const char* const row : {"\n  fsm_net ",
                                "\n    lock_wait ",
                                "\n      queue_wait ",
                                "\n      busy_wait ",
                                "\n    statement ",
                                "\n    commit ",
                                "\n      checkpoint_wait ",
                                "\n      sync_wait ",
                                "\n    fsm_hydrate ",
                                "\n    fsm_dispatch ",
                                "\n    other ",
                                "\n  db_total ",
                                "\n  transition ",
                                "\n  mock_api ",
                                "\n  total_wall ",
                                "\n  connect ",
                                "\n    close ",
                                "\n  attempt ",
                                "\n    failed_attempt ",
                                "\n  wal_sync ",
                                "\n  db_sync ",
                                "\n  checkpoint "}) {
    const std::size_t found = text.find(row);
    ASSERT_NE(found, std::string::npos) << row;
    EXPECT_GT(found, last) << row;
    last = found;
  }
}

TEST(ResultTables, WhatFailedIsSaid) {
  ConfigurationResult result = example();
  result.verified = false;
  result.verdicts = {{"threshold_1", false, "400 s of 300 s"}, {"concurrency", true, "all"}};
  const std::string text = render_configuration(result);
  EXPECT_NE(text.find("DATABASE NOT VERIFIED"), std::string::npos);
  EXPECT_NE(text.find("  threshold_1: FAIL  400 s of 300 s\n"), std::string::npos);
  EXPECT_NE(text.find("  concurrency: PASS  all\n"), std::string::npos);
  result.verdicts.clear();
  EXPECT_NE(render_configuration(result).find("no gate is set"), std::string::npos);
}

TEST(ResultTables, TheApisDelayAndFailuresAreTold) {
  EXPECT_EQ(render_configuration(example()).find("  API: "), std::string::npos);
  ConfigurationResult result = example();
  result.planned.api_delay = "exp:50ms";
  result.planned.api_fail_rate = 0.25;
  result.api_calls = 4321;
  result.api_failures = 1080;
  result.writes = 6543;
  const std::string text = render_configuration(result);
  EXPECT_NE(text.find(", API delay exp:50ms\n"), std::string::npos) << text;
  EXPECT_NE(
      text.find("  API: 4,321 calls, 1,080 failed and were retried; 6,543 transitions written\n"),
      std::string::npos)
      << text;
}

TEST(ResultTables, WhatABatchRisksIsTold) {
  EXPECT_EQ(render_configuration(example()).find("RISK"), std::string::npos);
  ConfigurationResult result = example();
  result.unsaved_peak = 1234;
  result.commits = 300;
  const std::string text = render_configuration(result);
  EXPECT_NE(text.find("  RISK: up to 1,234 transitions were acknowledged and not yet durable; a "
                      "crash would have lost them\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("2,000 transitions/s, 150 commits/s"), std::string::npos) << text;
}

TEST(ResultTables, WithoutSamplesNothingIsMadeUp) {
  ConfigurationResult result = example();
  result.segments.clear();
  result.concurrency.lifecycles_per_thread.clear();
  const std::string text = render_configuration(result);
  EXPECT_EQ(text.find("WAL contention"), std::string::npos);
  EXPECT_EQ(text.find("lifecycles a thread"), std::string::npos);
  EXPECT_EQ(render_bottleneck({result}), "");
}

/// Of every string of a configuration, one that would turn the terminal red.
ConfigurationResult hostile() {
  const std::string red = "\x1b[31m\n\xff";
  ConfigurationResult result = example();
  metrics::ConfigurationPlanned& planned = result.planned;
  for (std::string* const text :
       {&planned.profile, &planned.strategy, &planned.connection, &planned.commit, &planned.begin,
        &planned.guard, &planned.queue, &planned.schema, &planned.api_delay, &planned.checkpoint,
        &result.settings.synchronous, &result.settings.journal_mode,
        &result.settings.locking_mode}) {
    *text = red;
  }
  result.segments.push_back({Segment::fsm_dispatch, spread(1)});
  result.verdicts = {{red, true, red}};
  return result;
}

TEST(ResultTables, NoStringSteersTheTerminal) {
  const ConfigurationResult result = hostile();
  for (const std::string& text :
       {render_configuration(result), render_overview({result}), render_bottleneck({result})}) {
    EXPECT_EQ(text.find('\x1b'), std::string::npos) << text;
    EXPECT_EQ(text.find('\xff'), std::string::npos) << text;
    EXPECT_NE(text.find("\\x1b[31m\\x0a\\xff"), std::string::npos) << text;
  }
}

TEST(ResultTables, TheOverviewHasARowForEach) {
  ConfigurationResult other = example();
  other.planned.threads = 50;
  other.planned.strategy = "shared-connection";
  other.elapsed_ns = 100'000'000;
  other.wal.growth_bytes = 0;
  other.segments = {{Segment::fsm_dispatch, spread(20'000)}};
  other.verdicts = {{"a", true, ""}, {"b", false, ""}};
  ConfigurationResult unjudged = example();
  unjudged.verdicts.clear();
  EXPECT_EQ(
      render_overview({example(), other, unjudged}),
      "configuration                elapsed  transitions/s  commits/s   db P50   db P95  lock P95  "
      "dispatch P95  net P50  net P95  net P99  net max  WAL growth  of ceiling  verdict\n"
      "c=10 zero per-file               2 s          2,000      1,500  0.00040  0.00080   0.00060  "
      "           -    2.001    4.002    6.001    10.00     4,096 B           -     PASS\n"
      "c=50 zero shared-connection   100 ms         40,000     30,000        -        -         -  "
      "       0.040        -        -        -        -         0 B           -     FAIL\n"
      "c=10 zero per-file               2 s          2,000      1,500  0.00040  0.00080   0.00060  "
      "           -    2.001    4.002    6.001    10.00     4,096 B           -        -\n");
}

TEST(ResultTables, TheBottleneckIsNamedWithItsCause) {
  EXPECT_EQ(
      render_bottleneck({example()}),
      "bottleneck: db_total; root cause: lock_wait\n"
      "  db_total has the highest P95 at c=10 zero per-file: 0.001 ms, where fsm_net has 4.002 "
      "ms; the largest of its exclusive parts is lock_wait with 0.001 ms\n");
  EXPECT_EQ(render_bottleneck({}), "");
}

}  // namespace
}  // namespace walbench::tools
