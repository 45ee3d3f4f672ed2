// Silent bugs these tests would catch: with a busy handler of our own, sleeps of one wait that
// count as several, or several waits as one, because the tracking goes by a sleep's length; sleep
// blamed on the wrong holder, or none; a timeout that is not kept; a wait that nothing interrupts.
//
// SQLite waits for a lock that is really held, and calls each value's handler; see contention.hpp.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "storage/axes.hpp"
#include "tests/storage/sqlite/watch/contention.hpp"

namespace walbench::storage {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

class BusyHandlers : public Contention, public testing::WithParamInterface<std::string_view> {
 protected:
  static BusyHandlerAxis axis() { return *BusyHandlerAxis::parse(GetParam()); }

  /// What the waiter's sleeps asked for, from one to another.
  std::int64_t asked_ns(std::size_t first, std::size_t count) const {
    const std::vector<nanoseconds> sleeps = clock_.sleeps();
    const auto begin = sleeps.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = begin + static_cast<std::ptrdiff_t>(count);
    return std::accumulate(begin, end, nanoseconds(0)).count();
  }
};

TEST_P(BusyHandlers, ASleepIsHeldUntilTheReleaseAndFreeAfterIt) {
  open(true, axis());
  take(*holder_);
  in_its_sleeps({[this] {
    clock_.advance(microseconds(400));
    leave(*holder_);
  }});
  take(*waiter_);
  leave(*waiter_);
  const LockWaitFigures found = figures();
  EXPECT_EQ(found.waits.waits, 1);
  EXPECT_EQ(found.waits.sleeps, 1);
  EXPECT_EQ(found.waits.held_ns, 400'000);
  EXPECT_EQ(found.waits.free_ns, asked_ns(0, 1));
  EXPECT_EQ(found.waits.missed_ns, asked_ns(0, 1)) << "the oversleep";
  EXPECT_EQ(found.waits.overtaken_max, 0);
}

TEST_P(BusyHandlers, SleepsOfOneCallAreOneWait) {
  open(true, axis());
  take(*holder_);
  in_its_sleeps({[] {}, [] {}, [] {}, [this] { leave(*holder_); }});
  take(*waiter_);
  leave(*waiter_);
  const LockWaitFigures found = figures();
  EXPECT_EQ(found.waits.waits, 1);
  EXPECT_EQ(found.gave_up, 0);
  EXPECT_EQ(found.waits.sleeps, 4);
  EXPECT_EQ(found.waits.sleeps_most, 4);
  EXPECT_EQ(found.waits.slept_ns, asked_ns(0, 4));
  EXPECT_EQ(found.waits.held_ns, asked_ns(0, 3));
  EXPECT_EQ(found.waits.free_ns, asked_ns(3, 1));
  EXPECT_EQ(found.waits.missed_ns, asked_ns(3, 1));
  EXPECT_EQ(found.asked_ns.max(), found.asked_ns.highest_equivalent(asked_ns(0, 4)));
  EXPECT_EQ(vfs_->figures().busy_longest_us, asked_ns(0, 4) / 1000);
}

TEST_P(BusyHandlers, WhoOvertookIsCountedOverAllSleeps) {
  open(true, axis());
  take(*holder_);
  in_its_sleeps({[this] {
                   leave(*holder_);
                   take_and_leave(*other_, microseconds(10));
                   take(*other_);
                 },
                 [this] { leave(*other_); }});
  take(*waiter_);
  leave(*waiter_);
  const LockWaitFigures found = figures();
  EXPECT_EQ(found.waits.sleeps, 2);
  EXPECT_EQ(found.waits.overtaken_max, 2);
  EXPECT_EQ(found.waits.missed_ns, found.waits.slept_ns);
  EXPECT_EQ(found.waits.held_ns, 10'000 + asked_ns(0, 1)) << "the other's two holdings";
}

TEST_P(BusyHandlers, EachWaitIsItsOwn) {
  open(true, axis());
  for (int round = 0; round < 3; ++round) {
    take(*holder_);
    next_ = 0;
    in_its_sleeps({[] {}, [this] { leave(*holder_); }});
    take(*waiter_);
    leave(*waiter_);
  }
  EXPECT_EQ(figures().waits.waits, 3);
  EXPECT_EQ(figures().waits.sleeps, 6);
  EXPECT_EQ(figures().waits.sleeps_most, 2);
  EXPECT_EQ(figures().asked_ns.total_count(), 3);
}

TEST_P(BusyHandlers, WithoutATimelineWaitsAreCountedAllTheSame) {
  open(false, axis());
  take(*holder_);
  in_its_sleeps({[] {}, [this] { leave(*holder_); }});
  take(*waiter_);
  leave(*waiter_);
  EXPECT_EQ(figures().waits.waits, 1);
  EXPECT_EQ(figures().waits.sleeps, 2);
  EXPECT_EQ(figures().waits.slept_ns, asked_ns(0, 2));
  EXPECT_EQ(figures().asked_ns.total_count(), 1);
  EXPECT_EQ(figures().busy_retries, 2);
  EXPECT_FALSE(figures().waits.has_timeline);
  EXPECT_EQ(figures().waits.held_ns, 0);
  EXPECT_EQ(figures().waits.acquisitions, 0);
}

TEST_P(BusyHandlers, TheTimeoutIsKeptToTheEnd) {
  open(true, axis(), milliseconds(20));
  take(*holder_);
  EXPECT_THROW(take(*waiter_), SqliteError);
  EXPECT_EQ(asked_ns(0, clock_.sleeps().size()), 20'000'000);
  EXPECT_EQ(vfs_->figures().busy_longest_us, 20'000);
  // On a thread of its own: what a thread has heard of the lock is kept by thread.
  std::jthread([this] {
    leave(*holder_);
    take(*holder_);
  }).join();
  in_its_sleeps({[this] { leave(*holder_); }});
  take(*waiter_);
  leave(*waiter_);
  EXPECT_EQ(figures().waits.waits, 2);
  EXPECT_EQ(figures().gave_up, 1);
}

TEST_P(BusyHandlers, AnInterruptionEndsTheWait) {
  open(true, axis());
  take(*holder_);
  in_its_sleeps({[this] { vfs_->interrupt_waits(); }});
  EXPECT_THROW(take(*waiter_), SqliteError);
  EXPECT_EQ(figures().busy_retries, 1) << "no sleep after it";
}

INSTANTIATE_TEST_SUITE_P(EveryValue, BusyHandlers,
                         testing::Values("sqlite", "constant:1ms", "constant:700us",
                                         "exponential:1ms..100ms", "exponential:300us..2ms"),
                         [](const auto& value) {
                           std::string name(value.param);
                           std::erase_if(name, [](char c) { return c == ':' || c == '.'; });
                           return name;
                         });

class OwnBusyHandler : public Contention {
 protected:
  nanoseconds asleep() const {
    const std::vector<nanoseconds> sleeps = clock_.sleeps();
    return std::accumulate(sleeps.begin(), sleeps.end(), nanoseconds(0));
  }
};

// SQLite's own sleeps no longer than 100 ms; a long one of ours must not outlast an interruption.
TEST_F(OwnBusyHandler, ALongSleepIsCutShort) {
  open(true, BusyHandlerAxis::constant(std::chrono::seconds(30)));
  take(*holder_);
  in_its_sleeps({[] {}, [this] { vfs_->interrupt_waits(); }});
  EXPECT_THROW(take(*waiter_), SqliteError);
  EXPECT_EQ(asleep().count(), 200'000'000);
}

// SQLite counts what it asks for; ours counts what it got, so that an oversleep counts, too.
TEST_F(OwnBusyHandler, TheTimeoutCountsWhatSleepsReallyTook) {
  open(true, BusyHandlerAxis::constant(milliseconds(1)), milliseconds(10));
  clock_.on_sleep([this] { clock_.advance(milliseconds(4)); });
  take(*holder_);
  EXPECT_THROW(take(*waiter_), SqliteError);
  EXPECT_EQ(clock_.sleeps().size(), 2U);
  EXPECT_EQ(figures().waits.waits, 0) << "it has not ended yet";
  EXPECT_EQ(vfs_->figures().busy_longest_us, 10'000);
}

TEST_F(OwnBusyHandler, TheConnectionIsAskedForTheHandlerInForce) {
  open(true, BusyHandlerAxis::constant(milliseconds(1)));
  take(*holder_);
  EXPECT_TRUE(busy_handler_->is_called_by(*waiter_));
  sqlite3_busy_timeout(waiter_->handle(), 1);
  EXPECT_FALSE(busy_handler_->is_called_by(*waiter_));
  leave(*holder_);
  busy_handler_->install(*waiter_);
  EXPECT_FALSE(busy_handler_->is_called_by(*waiter_)) << "nobody holds the lock";
  EXPECT_FALSE(waiter_->in_transaction());
}

}  // namespace
}  // namespace walbench::storage
