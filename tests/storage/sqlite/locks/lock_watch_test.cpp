// Would catch: a watch that does not end when it should or is told to; looks that run after each
// other without a pause once one was late; a process that nobody asked the name of while it lived.

#include "storage/sqlite/locks/lock_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "tests/storage/sqlite/locks/lock_examples.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::storage {
namespace {

using namespace std::chrono_literals;
using test_support::ManualClock;
using testing::ElementsAre;
using testing::Pair;

/// Answers as it is told to, by the number of the look.
class FakeProbe final : public LockProbe {
 public:
  explicit FakeProbe(std::function<LockSnapshot(int)> answer) : answer_(std::move(answer)) {}
  LockSnapshot look() override { return answer_(looks_++); }
  DatabaseState state() const override { return {.mode = JournalMode::wal, .page_bytes = 4096}; }
  std::string command_of(pid_t pid) const override { return "program " + std::to_string(pid); }

 private:
  std::function<LockSnapshot(int)> answer_;
  int looks_ = 0;
};

LockSnapshot held_by_look(int look) {
  if (look < 3) return wal_snapshot(1, {alone(LockByte::write, 7)});
  return wal_snapshot(2, {shared(LockByte::connection, 8)});
}

TEST(WatchLocks, LooksOnceWithoutADuration) {
  const ManualClock clock;
  FakeProbe probe(held_by_look);
  const LockWatch watch = watch_locks(probe, clock, 0ns, 1ms, {});
  EXPECT_EQ(watch.looks, 1);
  EXPECT_EQ(watch.elapsed_ns, 0);
  EXPECT_EQ(watch.started_ns, ManualClock::kStartNs);
  EXPECT_THAT(watch.last.holders, ElementsAre(alone(LockByte::write, 7)));
  EXPECT_TRUE(clock.sleeps().empty());
}

TEST(WatchLocks, LooksEveryIntervalUntilTheTimeHasPassed) {
  const ManualClock clock;
  FakeProbe probe(held_by_look);
  const LockWatch watch = watch_locks(probe, clock, 10ms, 1ms, {});
  EXPECT_EQ(watch.looks, 11);
  EXPECT_EQ(watch.elapsed_ns, 10 * kMs);
  EXPECT_EQ(watch.longest_gap_ns, 1 * kMs);
  EXPECT_FALSE(watch.interrupted);
  ASSERT_EQ(watch.holdings.size(), 1U);
  EXPECT_EQ(watch.holdings[0].held_ns, 5 * kMs / 2);
  EXPECT_EQ(watch.write_free_ns(), 15 * kMs / 2);
  EXPECT_EQ(watch.state.page_bytes, 4096U);
  EXPECT_EQ(watch.frames_most, 90U);
}

TEST(WatchLocks, KnowsWhoWasThere) {
  const ManualClock clock;
  FakeProbe probe(held_by_look);
  const LockWatch watch = watch_locks(probe, clock, 10ms, 1ms, {});
  EXPECT_THAT(watch.commands, ElementsAre(Pair(7, "program 7"), Pair(8, "program 8")));
  EXPECT_THAT(watch.connected, ElementsAre(8));
}

TEST(WatchLocks, AStopEndsIt) {
  ManualClock clock;
  std::stop_source stop;
  FakeProbe probe([&](int look) {
    if (look == 4) stop.request_stop();
    return held_by_look(look);
  });
  const LockWatch watch = watch_locks(probe, clock, 1h, 1ms, stop.get_token());
  EXPECT_TRUE(watch.interrupted);
  EXPECT_EQ(watch.looks, 5);
  EXPECT_EQ(watch.elapsed_ns, 4 * kMs) << "what was seen until then is told";
}

TEST(WatchLocks, ALateLookIsNotMadeUpFor) {
  const ManualClock clock;
  FakeProbe probe([&](int look) {
    if (look == 2) clock.advance(20ms);
    return held_by_look(look);
  });
  const LockWatch watch = watch_locks(probe, clock, 30ms, 1ms, {});
  EXPECT_EQ(watch.longest_gap_ns, 20 * kMs);
  EXPECT_LE(watch.looks, 14) << "no burst behind the gap";
  for (const std::chrono::nanoseconds sleep : clock.sleeps()) {
    EXPECT_LE(sleep, 1ms);
  }
}

}  // namespace
}  // namespace walbench::storage
