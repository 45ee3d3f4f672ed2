// Silent bugs these tests would catch: a bar whose marks are not its shares; parts that do not add
// up to what they stand before; a sleep told as held that was free; advice from too few
// transactions; a starving writer, or missing concurrency, that nobody is told of.

#include "tools/document/anatomy_tables.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/document/result_tables.hpp"

namespace walbench::tools {
namespace {

using metrics::ConfigurationResult;
using metrics::Histogram;
using metrics::Segment;
using testing::HasSubstr;
using testing::Not;

using Nanoseconds = std::vector<std::pair<Segment, std::int64_t>>;

/// A configuration of which no line is known yet, whose lifecycles all took just so long.
/// Histograms are exact below 2,048 ns.
ConfigurationResult took(const Nanoseconds& values) {
  ConfigurationResult result;
  result.planned.commit = "each";
  result.elapsed_ns = 2'000'000'000;
  for (const auto& [segment, ns] : values) {
    Histogram histogram;
    EXPECT_TRUE(histogram.record(ns, 10));
    result.segments.push_back({segment, std::move(histogram)});
  }
  return result;
}

std::string marks(std::size_t waiting, std::size_t working, std::size_t checkpointing,
                  std::size_t syncing) {
  return "[" + std::string(waiting, '.') + std::string(working, '#') +
         std::string(checkpointing, 'c') + std::string(syncing, 's') + "]";
}

TEST(AnatomyTables, OfNothingThereIsNothingToTell) {
  EXPECT_EQ(render_anatomy(ConfigurationResult()), "");
}

// ---- the bar

TEST(AnatomyTables, TheBarAndTheSumBelowItSayWhereTheMeanWent) {
  EXPECT_EQ(
      render_anatomy(took({{Segment::fsm_net, 1000},
                           {Segment::lock_wait, 500},
                           {Segment::queue_wait, 100},
                           {Segment::busy_wait, 300},
                           {Segment::statement, 50},
                           {Segment::commit, 300},
                           {Segment::checkpoint_wait, 60},
                           {Segment::sync_wait, 140},
                           {Segment::fsm_hydrate, 10},
                           {Segment::fsm_dispatch, 20},
                           {Segment::other, 20}})),
      "  the mean fsm_net, " + marks(20, 15, 3, 7) +
          ": waiting . 40.0 %, working # 30.0 %, checkpointing c 6.0 %, syncing s 14.0 %\n"
          "    hydrate 1.0 % + dispatch 2.0 % + queue 10.0 % + busy handler 30.0 % + lock and "
          "update 10.0 % + statement 5.0 % + commit 10.0 % + checkpoint 6.0 % + sync 14.0 % + "
          "other 2.0 % = 0.00100 ms (unexplained: 10.00 %)\n");
}

TEST(AnatomyTables, WhatThereIsNotHasNoMarkAndWhatIsRareHasOne) {
  const std::string text = render_anatomy(took({{Segment::fsm_net, 1000},
                                                {Segment::lock_wait, 998},
                                                {Segment::busy_wait, 998},
                                                {Segment::commit, 2},
                                                {Segment::sync_wait, 1}}));
  EXPECT_THAT(text, HasSubstr(marks(50, 1, 0, 1) +
                              ": waiting . 99.8 %, working # 0.1 %, syncing s 0.1 %\n"));
  EXPECT_THAT(text, Not(HasSubstr("checkpoint")));
}

TEST(AnatomyTables, AQueueIsAWaitAndAGroupsCommitIsTheGroups) {
  ConfigurationResult result =
      took({{Segment::fsm_net, 1000}, {Segment::lock_wait, 300}, {Segment::commit, 700}});
  result.planned.commit = "group";
  EXPECT_EQ(render_anatomy(result),
            "  the mean fsm_net, " + marks(15, 35, 0, 0) +
                ": waiting . 30.0 %, working # 70.0 %\n"
                "    queue 30.0 % + group 70.0 % = 0.00100 ms (unexplained: 0.00 %)\n");
}

// Files of different measurements under one name, or made up: the bar would be longer than memory.
TEST(AnatomyTables, TheBarHasAnEndWhateverTheFilesSay) {
  const std::string text = render_anatomy(
      took({{Segment::fsm_net, 1}, {Segment::lock_wait, 3'600'000'000'000}, {Segment::commit, 1}}));
  EXPECT_LT(text.find(']'), 500U);
}

// ---- the write lock

TEST(AnatomyTables, WaitsAreToldAndWithATimelineWhatTheLockDidMeanwhile) {
  ConfigurationResult result;
  EXPECT_THAT(render_anatomy(result), Not(HasSubstr("busy handler")));
  result.write_lock = {.waits = 1200, .sleeps = 3000, .sleeps_most = 9, .slept_ns = 4'000'000'000};
  const std::string counted =
      "  busy handler: 1,200 waits for the write lock, 2.5 sleeps each (9 at most), slept 4 s\n";
  EXPECT_EQ(render_anatomy(result), counted);
  metrics::WriteLockWaits& lock = result.write_lock;
  lock.has_timeline = true;
  lock.held_ns = 2'400'000'000;
  lock.free_ns = 1'600'000'000;
  lock.missed_ns = 3'000'000'000;
  lock.overtaken_p50 = 11;
  lock.overtaken_p99 = 222;
  lock.overtaken_max = 333;
  EXPECT_EQ(render_anatomy(result),
            counted +
                "    of that sleep the lock was held by others 60.0 % and free 40.0 %; 75.0 % was "
                "after the lock had first been free\n"
                "    overtaken while waiting: P50 11, P99 222, at most 333\n");
}

TEST(AnatomyTables, SleepsAfterAStaleSnapshotAreTold) {
  ConfigurationResult result;
  result.write_lock = {.waits = 1, .sleeps = 1, .sleeps_most = 1, .slept_ns = 1, .stale = 1234};
  EXPECT_THAT(render_anatomy(result), HasSubstr("\n    1,234 times a writer got the lock, but "));
  result.write_lock.stale = 0;
  EXPECT_THAT(render_anatomy(result), Not(HasSubstr("got the lock")));
}

// It is taken where nobody waits, too; without a timeline nobody knows for how long.
TEST(AnatomyTables, TheLocksOwnTimeNeedsATimelineButNoWaits) {
  ConfigurationResult result;
  result.elapsed_ns = 2'000'000'000;
  result.write_lock.acquisitions = 12'345;
  result.write_lock.lock_held_ns = 1'500'000'000;
  result.write_lock.lock_free_longest_ns = 20'000'000;
  EXPECT_EQ(render_anatomy(result), "");
  result.write_lock.has_timeline = true;
  EXPECT_EQ(render_anatomy(result),
            "  write lock: taken 12,345 times, held 75.0 % of the time, free for 20 ms at most\n");
}

TEST(AnatomyTables, ATimeoutIsAdvisedOrWhyNot) {
  ConfigurationResult result;
  result.timeout_advice = {{1e-3, 60'000, 2996, 1234}, {1e-6, 60'000, 2'995'733, std::nullopt}};
  EXPECT_EQ(render_anatomy(result),
            "  busy_timeout, from 60,000 transactions: 1,234 ms for a chance of SQLITE_BUSY of "
            "1e-03 a transaction, not enough samples for 1e-06 (2,995,733 transactions needed)\n");
  result.timeout_advice = {{1e-3, 7, 2996, std::nullopt}};
  EXPECT_EQ(render_anatomy(result),
            "  busy_timeout, from 7 transactions: not enough samples for 1e-03 (2,996 transactions "
            "needed)\n");
}

// ---- files

TEST(AnatomyTables, WhatATransactionWritesIsTold) {
  ConfigurationResult result;
  result.commits = 1000;
  result.wal.frames = 2500;
  result.wal.bytes_written = 10'000'000;
  result.wal.db_bytes_written = 2'000'000;
  result.wal.db_writes = 1234;
  EXPECT_EQ(render_anatomy(result), "") << "older files did not count writes";
  result.wal.wal_writes = 5200;
  const std::string line =
      "  2.5 frames a transaction in 5.2 writes; 1,234 pages moved by checkpoints";
  EXPECT_EQ(render_anatomy(result), line + "\n");
  result.row_bytes_changed = 100'000;
  EXPECT_EQ(render_anatomy(result), line + "; 120 bytes written for each byte changed in rows\n");
  result.commits = 0;
  EXPECT_EQ(render_anatomy(result), "") << "no figure for each of none";
}

TEST(AnatomyTables, WhatClosingCostsIsTold) {
  ConfigurationResult result = took({{Segment::connect, 2000}, {Segment::close, 500}});
  result.commits = 1;
  result.wal.wal_writes = 1;
  const std::string line =
      "  closing connections took 25 % of connect: 0.00050 ms a file on average\n";
  EXPECT_THAT(render_anatomy(result), HasSubstr(line));
  result.segments.pop_back();
  EXPECT_THAT(render_anatomy(result), Not(HasSubstr("closing")));
  result = took({{Segment::connect, 0}, {Segment::close, 0}});
  EXPECT_THAT(render_anatomy(result), Not(HasSubstr("closing"))) << "no share of nothing";
}

// ---- fairness

TEST(AnatomyTables, FairnessIsToldAndBargingNamed) {
  ConfigurationResult result;
  result.concurrency.lifecycles_per_thread = {100, 50};
  EXPECT_EQ(render_anatomy(result), "  fairness: Jain's index 0.900 over threads\n")
      << "older files have no longest wait, which is not one of no time";
  result.lock_wait_longest_ns = 123'000'000;
  const std::string line =
      "  fairness: Jain's index 0.900 over threads; the longest wait of one write 123 ms\n";
  EXPECT_EQ(render_anatomy(result), line);
  Histogram unfair;
  ASSERT_TRUE(unfair.record(1000, 999) && unfair.record(180'000'000));
  result.segments = {{Segment::lock_wait, unfair}};
  EXPECT_THAT(render_anatomy(result), HasSubstr(line + "  barging: 99 of 100 "));
  result.planned.commit = "group";
  EXPECT_EQ(render_anatomy(result), "") << "its lifecycles belong to no thread";
}

TEST(AnatomyTables, MissingConcurrencyIsMarked) {
  ConfigurationResult result;
  result.planned.threads = 50;
  result.planned.files = 1000;
  result.concurrency.in_flight_mean = 45;
  EXPECT_EQ(render_anatomy(result), "");
  result.concurrency.in_flight_mean = 12.34;
  EXPECT_THAT(render_anatomy(result),
              HasSubstr("  CONCURRENCY: 12.3 lifecycles were in flight on average, 25 % of the 50 "
                        "asked for"));
}

// ---- where all of it stands

TEST(AnatomyTables, AConfigurationInFullHasItBetweenSegmentsAndWal) {
  ConfigurationResult result =
      took({{Segment::fsm_net, 1000}, {Segment::lock_wait, 300}, {Segment::commit, 700}});
  const std::string text = render_configuration(result);
  const std::size_t found = text.find("\n\n" + render_anatomy(result) + "  WAL growth ");
  ASSERT_NE(found, std::string::npos) << text;
  EXPECT_GT(found, text.find("\n    commit "));
}

TEST(AnatomyTables, FewSamplesHaveNoP999) {
  const auto text_with = [](std::int64_t samples) {
    ConfigurationResult result;
    Histogram histogram;
    EXPECT_TRUE(histogram.record(5, samples));
    result.segments = {{Segment::fsm_net, std::move(histogram)}};
    return render_configuration(result);
  };
  EXPECT_THAT(text_with(999),
              HasSubstr("\n  999 samples are too few for a P99.9, which one of them "
                        "decides; measure 1,000 or more with --files\n"));
  EXPECT_THAT(text_with(1000), Not(HasSubstr("too few")));
  EXPECT_THAT(render_configuration(ConfigurationResult()), Not(HasSubstr("too few")));
}

}  // namespace
}  // namespace walbench::tools
