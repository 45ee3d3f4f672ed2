// Silent bugs these tests would catch: a failed or stopped pass that hangs because a driver is
// still waiting, for an answer in an hour or for a group that never comes; one that goes on with
// further files; frames that are left behind; a failure that is told as its consequence (everybody
// else was cancelled) instead of its cause.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

#include "engine/workers/suspending_executor.hpp"
#include "storage/sqlite/sqlite.hpp"
#include "tests/engine/workers/drivers_over_a_fake.hpp"
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

class FailedDrivers : public DriversOverAFake<ManualClock> {
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

TEST_F(FailedDrivers, AConflictIsCountedNamedAndEndsThePass) {
  behaviour_.wait_for_all_expected = true;
  fail_at("/bench/file_0003.txt", 1,
          [](const TransitionWrite&) { throw storage::OccConflict("OCC conflict"); });
  const PassReport report = run(10'000, 10);
  EXPECT_EQ(report.totals.ended_in(storage::Outcome::conflict), 1);
  EXPECT_THAT(report.failure.what, HasSubstr("OCC conflict: '/bench/file_0003.txt'"));
  EXPECT_TRUE(behaviour_.cancelled.load());
  EXPECT_EQ(behaviour_.sessions_opened.load(), 10) << "further files were begun";
  EXPECT_EQ(done_.load(), 0);
  EXPECT_FALSE(flushed_);
  expect_all_gone();
}

TEST_F(FailedDrivers, AnyOtherFailureNamesTheFile) {
  fail_at("/bench/file_0042.txt", 2,
          [](const TransitionWrite&) { throw std::runtime_error("the disk is tired"); });
  const PassReport report = run(100, 10);
  EXPECT_EQ(report.failure.what, "/bench/file_0042.txt: the disk is tired");
  EXPECT_EQ(report.totals.ended_in(storage::Outcome::conflict), 0);
  EXPECT_LT(done_.load(), 100);
  expect_all_gone();
}

TEST_F(FailedDrivers, WhatTheDatabaseRefusedComesWithItsRemedy) {
  const storage::SqliteError full(nullptr, SQLITE_FULL, "UPDATE");
  fail_at("/bench/file_0000.txt", 0, [full](const TransitionWrite&) { throw full; });
  const PassReport report = run(100, 10);
  EXPECT_EQ(report.failure.what, "/bench/file_0000.txt: " + std::string(full.what()));
  EXPECT_EQ(report.failure.remedy, storage::Remedy::free_space);
}

TEST_F(FailedDrivers, TheCauseIsToldNotTheCancelledRest) {
  behaviour_.next = [] { return Next::a_group; };
  fail_at("/bench/file_0150.txt", 0,
          [](const TransitionWrite&) { throw std::runtime_error("first"); });
  EXPECT_EQ(run(1'000, 100).failure.what, "/bench/file_0150.txt: first");
  expect_all_gone();
}

TEST_F(FailedDrivers, ASessionThatCannotBeOpenedEndsThePass) {
  std::atomic<int> opened = 0;
  behaviour_.on_open_session = [&] {
    if (opened.fetch_add(1) == 20) throw std::runtime_error("no more sessions");
  };
  const PassReport report = run(1'000, 10);
  EXPECT_THAT(report.failure.what, HasSubstr("no more sessions"));
  EXPECT_LT(done_.load(), 1'000);
  expect_all_gone();
}

TEST_F(FailedDrivers, IfEveryDriverFailsAtOnceThePassStillEnds) {
  behaviour_.on_open_session = [] { throw std::runtime_error("no sessions"); };
  EXPECT_EQ(run(1'000, 50).failure.what, "/bench/file_0000.txt: no sessions");
  EXPECT_EQ(behaviour_.writes.load(), 0);
  expect_all_gone();
}

TEST_F(FailedDrivers, AFlushThatIsRefusedIsAFailure) {
  behaviour_.on_flush = []() -> std::int64_t { throw std::runtime_error("no checkpoint"); };
  EXPECT_EQ(run(3, 3).failure.what, "after the last iteration: no checkpoint");
  EXPECT_EQ(done_.load(), 3);
}

/// Iterations that have no memory for themselves from one on.
class StarvedBody final : public Body {
 public:
  explicit StarvedBody(std::int64_t starved) : starved_(starved) {}
  Task iterate(std::int64_t number) override {
    if (number >= starved_) throw std::bad_alloc();
    return done();
  }

 private:
  static Task done() { co_return; }
  std::int64_t starved_;
};

TEST_F(FailedDrivers, AnIterationWithoutMemoryForItselfEndsTheRunWithThatError) {
  for (const std::int64_t starved : {0, 1, 50, 999}) {
    WorkerPool pool(SuspendingExecutor::kPoolThreads);
    ResumingThreads threads(pool, nullptr);
    test_support::SuspendingStore store(behaviour_, clock_, threads);
    SuspendingExecutor executor(pool, threads, store, clock_, 10);
    StarvedBody body(starved);
    EXPECT_THROW(executor.run(1'000, body, {}), std::bad_alloc);
    expect_all_gone();
  }
}

/// The clock stands still, so whoever waits for the API does so for ever, unless cancelled.
class StoppedDrivers : public DriversOverAFake<HeldClock> {
 protected:
  StoppedDrivers() {
    behaviour_.on_write = [](const TransitionWrite&) {};
    behaviour_.on_flush = [this] {
      flushed_ = true;
      return 0;
    };
    api_behaviour_.delay = ApiDelay(hours(1));
  }

  bool flushed_ = false;
};

TEST_F(StoppedDrivers, ThousandsThatWaitForTheApiOrInTheQueueAreGoneAtOnce) {
  behaviour_.most_in_group = 50;
  behaviour_.most_writes = 2'000;
  PassReport report;
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

TEST_F(StoppedDrivers, AFailureWakesThoseThatWaitForTheApiToo) {
  behaviour_.most_in_group = 1;
  behaviour_.on_write = [this](const TransitionWrite&) {
    // The last one that writes: the others wait for an answer by then, or are about to.
    if (behaviour_.writes.load() == 1'000) throw storage::OccConflict("OCC conflict");
  };
  const PassReport report = run(1'000, 1'000);
  EXPECT_EQ(report.totals.ended_in(storage::Outcome::conflict), 1);
  EXPECT_EQ(done_.load(), 0);
  expect_all_gone();
}

TEST_F(StoppedDrivers, StoppedBeforehandNoFileIsBegun) {
  stop_.request_stop();
  const PassReport report = run(1'000, 100);
  EXPECT_EQ(behaviour_.sessions_opened.load(), 0);
  EXPECT_EQ(report.totals.counts.writes, 0);
  EXPECT_FALSE(flushed_);
  expect_all_gone();
}

TEST_F(StoppedDrivers, AStopFromTheCommittersThreadEndsThePass) {
  behaviour_.on_write = [this](const TransitionWrite&) {
    if (behaviour_.writes.load() == 500) stop_.request_stop();
  };
  run(5'000, 1'000);
  EXPECT_LE(behaviour_.sessions_opened.load(), 1'000);
  EXPECT_TRUE(behaviour_.cancelled.load());
  expect_all_gone();
}

TEST_F(StoppedDrivers, AStopAtAnyMomentEndsThePass) {
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
