// Silent bugs these tests would catch: a failed or stopped pass that hangs because a flight is
// still waiting, for an answer in an hour or for a group that never comes; one that goes on with
// further files; frames that are left behind; a failure that is told as its consequence (everybody
// else was cancelled) instead of its cause.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include "engine/workers/flight_crew.hpp"
#include "storage/sqlite/sqlite.hpp"
#include "tests/engine/workers/flights_over_a_fake.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/held_clock.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::engine {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using storage::TransitionWrite;
using test_support::eventually;
using test_support::HeldClock;
using test_support::ManualClock;
using testing::HasSubstr;

using Next = storage::Resumer::Next;

class FailedFlights : public FlightsOverAFake<ManualClock> {
 protected:
  /// The write of that file at that version throws what `fail` does.
  template <typename Fail>
  void fail_at(const std::string& path, std::int64_t version, Fail fail) {
    behaviour_.on_write = [=](const TransitionWrite& write) {
      if (write.file_path == path && write.version == version) fail(write);
    };
    behaviour_.on_flush = [this] {
      flushed_ = true;
      return 0;
    };
  }

  bool flushed_ = false;
};

TEST_F(FailedFlights, AConflictIsCountedNamedAndEndsThePass) {
  behaviour_.wait_for_all_expected = true;
  fail_at("/bench/file_0003.txt", 1,
          [](const TransitionWrite& write) { throw storage::OccConflict(write); });
  const CrewReport report = run(10'000, 10);
  EXPECT_EQ(report.occ_conflicts, 1);
  EXPECT_THAT(report.first_failure, HasSubstr("OCC conflict: '/bench/file_0003.txt'"));
  EXPECT_TRUE(behaviour_.cancelled.load());
  EXPECT_EQ(behaviour_.sessions_opened.load(), 10) << "further files were begun";
  EXPECT_EQ(done_.load(), 0);
  EXPECT_FALSE(flushed_);
  expect_all_gone();
}

TEST_F(FailedFlights, AnyOtherFailureNamesTheFile) {
  fail_at("/bench/file_0042.txt", 2,
          [](const TransitionWrite&) { throw std::runtime_error("the disk is tired"); });
  const CrewReport report = run(100, 10);
  EXPECT_EQ(report.first_failure, "/bench/file_0042.txt: the disk is tired");
  EXPECT_EQ(report.occ_conflicts, 0);
  EXPECT_LT(done_.load(), 100);
  expect_all_gone();
}

TEST_F(FailedFlights, WhatTheDatabaseRefusedComesWithItsRemedy) {
  const storage::SqliteError full(nullptr, SQLITE_FULL, "UPDATE");
  fail_at("/bench/file_0000.txt", 0, [full](const TransitionWrite&) { throw full; });
  EXPECT_EQ(run(100, 10).first_failure,
            "/bench/file_0000.txt: " + std::string(full.what()) + std::string(full.remedy()));
}

TEST_F(FailedFlights, TheCauseIsToldNotTheCancelledRest) {
  behaviour_.next = [] { return Next::a_group; };
  fail_at("/bench/file_0150.txt", 0,
          [](const TransitionWrite&) { throw std::runtime_error("first"); });
  EXPECT_EQ(run(1'000, 100).first_failure, "/bench/file_0150.txt: first");
  expect_all_gone();
}

TEST_F(FailedFlights, ASessionThatCannotBeOpenedEndsThePass) {
  std::atomic<int> opened = 0;
  behaviour_.on_open_session = [&] {
    if (opened.fetch_add(1) == 20) throw std::runtime_error("no more sessions");
  };
  const CrewReport report = run(1'000, 10);
  EXPECT_THAT(report.first_failure, HasSubstr("no more sessions"));
  EXPECT_LT(done_.load(), 1'000);
  expect_all_gone();
}

TEST_F(FailedFlights, WhereEveryFlightFailsAtOnceThePassStillEnds) {
  behaviour_.on_open_session = [] { throw std::runtime_error("no sessions"); };
  EXPECT_EQ(run(1'000, 50).first_failure, "/bench/file_0000.txt: no sessions");
  EXPECT_EQ(behaviour_.writes.load(), 0);
  expect_all_gone();
}

TEST_F(FailedFlights, AFlushThatIsRefusedIsAFailure) {
  behaviour_.on_flush = []() -> std::int64_t { throw std::runtime_error("no checkpoint"); };
  EXPECT_EQ(run(3, 3).first_failure, "after the last lifecycle: no checkpoint");
  EXPECT_EQ(done_.load(), 3);
}

/// The clock stands still, so whoever waits for the API does so for ever, unless cancelled.
class StoppedFlights : public FlightsOverAFake<HeldClock> {
 protected:
  StoppedFlights() {
    behaviour_.on_write = [](const TransitionWrite&) {};
    behaviour_.on_flush = [this] {
      flushed_ = true;
      return 0;
    };
    api_behaviour_.delay = ApiDelay(hours(1));
  }

  bool flushed_ = false;
};

TEST_F(StoppedFlights, ThousandsThatWaitForTheApiOrInTheQueueAreGoneAtOnce) {
  behaviour_.most_in_group = 50;
  behaviour_.most_writes = 2'000;
  CrewReport report;
  std::jthread pass([&] { report = run(10'000, 5'000); });
  EXPECT_TRUE(eventually([this] {
    return behaviour_.queued.load() == 3'000 && behaviour_.expected.load() == 3'000;
  })) << behaviour_.queued.load()
      << " queued, " << behaviour_.expected.load() << " expected";
  EXPECT_EQ(behaviour_.sessions.load(), 5'000);
  stop_.request_stop();
  pass.join();
  EXPECT_EQ(behaviour_.writes.load(), 2'000);
  EXPECT_EQ(behaviour_.sessions_opened.load(), 5'000) << "further files were begun";
  EXPECT_EQ(done_.load(), 0);
  EXPECT_FALSE(flushed_);
  EXPECT_EQ(report.in_flight_peak, 5'000);
  expect_all_gone();
}

TEST_F(StoppedFlights, AFailureWakesThoseThatWaitForTheApiToo) {
  behaviour_.most_in_group = 1;
  behaviour_.on_write = [this](const TransitionWrite& write) {
    // The last one that writes: the others wait for an answer by then, or are about to.
    if (behaviour_.writes.load() == 1'000) throw storage::OccConflict(write);
  };
  const CrewReport report = run(1'000, 1'000);
  EXPECT_EQ(report.occ_conflicts, 1);
  EXPECT_EQ(done_.load(), 0);
  expect_all_gone();
}

TEST_F(StoppedFlights, StoppedBeforehandNoFileIsBegun) {
  stop_.request_stop();
  const CrewReport report = run(1'000, 100);
  EXPECT_EQ(behaviour_.sessions_opened.load(), 0);
  EXPECT_EQ(report.writes, 0);
  EXPECT_FALSE(flushed_);
  expect_all_gone();
}

TEST_F(StoppedFlights, AStopFromTheCommittersThreadEndsThePass) {
  behaviour_.on_write = [this](const TransitionWrite&) {
    if (behaviour_.writes.load() == 500) stop_.request_stop();
  };
  run(5'000, 1'000);
  EXPECT_LE(behaviour_.sessions_opened.load(), 1'000);
  EXPECT_TRUE(behaviour_.cancelled.load());
  expect_all_gone();
}

TEST_F(StoppedFlights, AStopAtAnyMomentEndsThePass) {
  for (int round = 0; round < 40; ++round) {
    SCOPED_TRACE(round);
    const bool hand_over = round % 2 == 0;
    stop_ = std::stop_source();
    api_behaviour_.delay = ApiDelay(round % 4 < 2 ? milliseconds(0) : milliseconds(1));
    behaviour_.next = [hand_over] { return hand_over ? Next::a_group : Next::nothing; };
    behaviour_.cancelled = false;
    behaviour_.writes = 0;
    std::jthread pass([this] { run(20'000, 100); });
    EXPECT_TRUE(eventually([&] { return behaviour_.writes.load() >= 2 * round; }));
    stop_.request_stop();
    pass.join();
    expect_all_gone();
  }
}

}  // namespace
}  // namespace walbench::engine
