// Silent bugs these tests would catch: a sleep said to be held that was free; advice from too few
// transactions; a share of the ceiling in another unit than the ceiling; a figure that was not
// measured printed as 0; a risk, a starving writer or missing concurrency that nobody reads of.

#include "tools/document/anatomy_document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/support/example_results.hpp"

namespace walbench::tools {
namespace {

using metrics::ConfigurationResult;
using metrics::Segment;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> texts(const std::vector<Sentence>& sentences) {
  std::vector<std::string> all;
  for (const Sentence& each : sentences) {
    all.push_back(each.text);
  }
  return all;
}

std::vector<std::string> told(const ConfigurationResult& result) {
  return texts(anatomy_of(result, metrics::analyse_configuration(result)));
}

void expect_told(const ConfigurationResult& result, const std::vector<std::string>& sentences) {
  for (const std::string& sentence : sentences) {
    EXPECT_THAT(told(result), Contains(sentence));
  }
}

TEST(Anatomy, UnmeasuredFiguresAreLeftOut) {
  for (const char* const word : {"Busy handler: ", "Write lock", "busy_timeout", "Fairness",
                                 "groups", "ceiling", "API", "a transaction", "stolen", "cap"}) {
    EXPECT_THAT(told({}), Not(Contains(HasSubstr(word)))) << word;
  }
}

TEST(Anatomy, ThreadsSamplesAndCounts) {
  ConfigurationResult result;
  result.main.samples_produced = 4002;
  result.main.samples_recorded = 4000;
  result.main.samples_out_of_range = 2;
  result.occ_conflicts = 7;
  result.busy_retries = 1234;
  result.snapshot_retries = 6;
  result.concurrency = {.os_threads = 1,
                        .in_flight_peak = 9,
                        .in_flight_mean = 8.25,
                        .lifecycles_per_thread = {90, 1100, 100},
                        .lifecycles_stolen = 33};
  expect_told(result,
              {"1 OS thread, in flight 9 at most and 8.2 on average.",
               "90 to 1,100 lifecycles a thread, 33 stolen.",
               "The busy handler slept 1,234 times; stale snapshots retried 6, OCC conflicts 7.",
               "Samples: 4,002 produced = 4,000 recorded + 2 out of range."});
}

TEST(Anatomy, WaitsAndWithATimelineWhatTheLockDidMeanwhile) {
  ConfigurationResult result;
  result.write_lock = {.waits = 1200, .sleeps = 3000, .sleeps_most = 9, .slept_ns = 4'000'000'000};
  expect_told(result, {"Busy handler: 1,200 waits for the write lock, 2.5 sleeps each (9 at most), "
                       "slept 4 s."});
  EXPECT_THAT(told(result), Not(Contains(HasSubstr("Overtaken"))));
  metrics::WriteLockWaits& lock = result.write_lock;
  lock.stale = 1234;
  lock.has_timeline = true;
  lock.held_ns = 2'400'000'000;
  lock.free_ns = 1'600'000'000;
  lock.missed_ns = 3'000'000'000;
  lock.overtaken_p50 = 11;
  lock.overtaken_p99 = 222;
  lock.overtaken_max = 333;
  expect_told(result,
              {"1,234 times a writer got the lock, but another had committed just before, so it "
               "slept once more.",
               "During that sleep the lock was held by others 60.0 % and free 40.0 %; 75.0 % came "
               "after the lock had first been free.",
               "Overtaken while waiting: P50 11, P99 222, at most 333."});
}

// It is taken when nobody waits, too; without a timeline nobody knows for how long.
TEST(Anatomy, TheLocksOwnTimeNeedsATimelineButNoWaits) {
  ConfigurationResult result;
  result.elapsed_ns = 2'000'000'000;
  result.write_lock.acquisitions = 12'345;
  result.write_lock.lock_held_ns = 1'500'000'000;
  result.write_lock.lock_free_longest_ns = 20'000'000;
  EXPECT_THAT(told(result), Not(Contains(HasSubstr("Write lock"))));
  result.write_lock.has_timeline = true;
  expect_told(result, {"Write lock: taken 12,345 times, held 75.0 % of the time, free for 20 ms at "
                       "most."});
}

// Not as busy_timeout: the run has one answer to that, and each configuration would give another.
TEST(Anatomy, HowLongTransactionsAskToSleepOrWhyItCannotBeTold) {
  ConfigurationResult result;
  result.planned.queue = "sqlite";
  result.commits = 60'000;
  result.main.segments = {{Segment::busy_asked, metrics::histogram_of(1'233'000'000, 100)}};
  expect_told(result, {"Fewer than one transaction in 1,000 asks to sleep 1,234 ms or longer for "
                       "the write lock (95 % limit, from 60,000 transactions).",
                       "How long one transaction in 1,000,000 asks to sleep for the write lock "
                       "cannot be told from 60,000 transactions; 2,995,733 are needed."});
  result.planned.commit = "group";
  EXPECT_THAT(told(result), Not(Contains(HasSubstr("one transaction in"))));
}

TEST(Anatomy, FilesOfTheDatabase) {
  ConfigurationResult result;
  result.commits = 1000;
  result.wal.frames = 2500;
  result.wal.checkpoints = 40;
  result.wal.bytes_written = 10'000'000;
  result.wal.db_bytes_written = 2'000'000;
  result.wal.db_writes = 1234;
  result.wal.wal_writes = 5200;
  result.wal.checkpoints_capped = 3;
  result.main.segments = {{Segment::connect, metrics::histogram_of(2000)},
                          {Segment::close, metrics::histogram_of(500)}};
  expect_told(result, {"WAL: 0 B at start, 0 B at end; 10.0 MB written in 2,500 frames.",
                       "40 checkpoints moved 2.0 MB into the database.",
                       "2.5 frames a transaction in 5.2 writes; 1,234 pages moved by checkpoints.",
                       "3 of the checkpoints were made by a commit at the WAL's cap.",
                       "Closing connections took 25 % of connect: 0.00050 ms each on average."});
  result.main.segments[0].histogram = metrics::histogram_of(0);
  EXPECT_THAT(told(result), Not(Contains(HasSubstr("Closing")))) << "no share of nothing";
  result.commits = 0;
  EXPECT_THAT(told(result), Not(Contains(HasSubstr("a transaction")))) << "no figure for each of 0";
}

TEST(Anatomy, FairnessAndBarging) {
  ConfigurationResult result;
  result.concurrency.lifecycles_per_thread = {100, 50};
  result.lock_wait_longest_ns = 123'000'000;
  expect_told(result, {"Fairness: Jain's index 0.900 over threads; the longest wait of one write "
                       "123 ms."});
  metrics::Histogram unfair = metrics::histogram_of(1000, 999);
  ASSERT_TRUE(unfair.record(180'000'000));
  result.main.segments = {{Segment::lock_wait, unfair}};
  EXPECT_THAT(told(result), Contains(HasSubstr("99 of 100 ")));
  result.planned.commit = "group";
  EXPECT_THAT(told(result), Not(Contains(HasSubstr("Fairness"))))
      << "its lifecycles belong to no thread";
}

TEST(Anatomy, GroupsCeilingAndApi) {
  ConfigurationResult result;
  result.elapsed_ns = 500'000'000;
  result.writes = 3000;
  result.groups = {.groups = 1250, .writes = 3000, .size_p50 = 2, .size_max = 50};
  result.ceiling = {.group_size = 1024,
                    .checkpoint = "auto",
                    .writes_per_second = 8000,
                    .least_per_second = 7000,
                    .most_per_second = 9000};
  result.planned.api_fail_rate = 0.25;
  result.api_calls = 4321;
  result.api_failures = 1080;
  expect_told(result,
              {"1,250 groups of 2.4 writes on average, P50 2, 50 at most.",
               "0.75 of the ceiling: 6,000 writes/s of 8,000 (7,000 .. 9,000) that one thread "
               "writes raw, 1,024 in a transaction.",
               "API: 4,321 calls, 1,080 failed and were retried; 3,000 transitions "
               "written."});
}

TEST(Warnings, AreOfRisksAndDoubts) {
  ConfigurationResult result;
  result.verified = true;
  result.planned.threads = 50;
  result.planned.files = 1000;
  result.concurrency.in_flight_mean = 45;
  result.main.segments = {{Segment::fsm_net, metrics::histogram_of(5, 1000)}};
  EXPECT_THAT(warnings_about(result, metrics::analyse_configuration(result)), IsEmpty());
  result.verified = false;
  result.elapsed_ns = 1'000'000'000;
  result.writes = 300;
  result.ceiling = {.group_size = 1, .checkpoint = "auto", .writes_per_second = 200};
  result.load = {.others_cores = 0.5, .pressure = 0.25};
  result.concurrency.in_flight_mean = 12.34;
  result.unsaved_peak = 1234;
  result.main.segments = {{Segment::fsm_net, metrics::histogram_of(5, 999)}};
  const std::vector<std::string> all =
      texts(warnings_about(result, metrics::analyse_configuration(result)));
  EXPECT_EQ(all.size(), 6U);
  for (const char* const part :
       {"NOT VERIFIED",
        "LOADED: others kept 0.50 CPUs busy on average while it was measured, and waited for a CPU "
        "or for memory 25 % of the time",
        "the ceiling moved: 150.0 % of it were reached",
        "RISK: up to 1,234 transitions were acknowledged and not yet durable; a crash would have "
        "lost them",
        "CONCURRENCY: 12.3 lifecycles were in flight on average, 25 % of the 50 asked for",
        "999 samples are too few for a P99.9, which one of them decides; measure 1,000 or more"}) {
    EXPECT_THAT(all, Contains(HasSubstr(part)));
  }
  for (const Sentence& each : warnings_about(result, metrics::analyse_configuration(result))) {
    EXPECT_EQ(each.tone, Tone::warning) << each.text;
  }
}

}  // namespace
}  // namespace walbench::tools
