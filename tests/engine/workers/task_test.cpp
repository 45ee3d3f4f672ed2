// Silent bugs these tests would catch: a lifecycle that starts before anybody waits for it, or goes
// on without whoever does; a failure that ends with the lifecycle it happened in, so that the run
// publishes; a frame that is never freed, one a lifecycle, until memory is gone.

#include "engine/workers/task.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/detached.hpp"

namespace walbench::engine {
namespace {

using test_support::Detached;
using test_support::Parking;
using testing::ElementsAre;
using testing::IsEmpty;

using Lines = std::vector<std::string>;

Task straight_on(Lines& lines) {
  lines.emplace_back("inner");
  co_return;
}

Task parks(Parking& parking, Lines& lines) {
  lines.emplace_back("inner parks");
  co_await parking;
  lines.emplace_back("inner ends");
}

Task throws_after(Parking* parking) {
  if (parking != nullptr) co_await *parking;
  throw std::runtime_error("the inner one failed");
}

Task around(Task inner, Lines& lines) {
  lines.emplace_back("outer");
  co_await inner;
  lines.emplace_back("outer ends");
}

Detached await_task(Task task, Lines& lines) {
  try {
    co_await task;
    lines.emplace_back("over");
  } catch (const std::exception& error) {
    lines.emplace_back(error.what());
  }
}

/// Holds what a coroutine's frame holds, to see when it goes.
Task holds(std::shared_ptr<int> held, Parking& parking) {
  const std::shared_ptr<int> local = held;
  co_await parking;
}

TEST(Task, RunCarriesItToItsEnd) {
  Lines lines;
  around(straight_on(lines), lines).run();
  EXPECT_THAT(lines, ElementsAre("outer", "inner", "outer ends"));
}

TEST(Task, RunRethrowsWhatEndedIt) {
  EXPECT_THROW(throws_after(nullptr).run(), std::runtime_error);
  Lines lines;
  EXPECT_THROW(around(throws_after(nullptr), lines).run(), std::runtime_error);
  EXPECT_THAT(lines, ElementsAre("outer"));
}

TEST(Task, DoesNotStartBeforeItIsAwaited) {
  Lines lines;
  Task task = straight_on(lines);
  EXPECT_THAT(lines, IsEmpty());
  await_task(std::move(task), lines);
  EXPECT_THAT(lines, ElementsAre("inner", "over"));
}

TEST(Task, WhoAwaitsItGoesOnWhenItHasEnded) {
  Lines lines;
  Parking parking;
  await_task(parks(parking, lines), lines);
  EXPECT_THAT(lines, ElementsAre("inner parks"));
  parking.parked.resume();
  EXPECT_THAT(lines, ElementsAre("inner parks", "inner ends", "over"));
}

TEST(Task, WhoAwaitsItGoesOnOnTheThreadThatEndedIt) {
  Lines lines;
  Parking parking;
  std::thread::id went_on_in;
  const auto await_and_look = [](Task task, std::thread::id& id) -> Detached {
    co_await task;
    id = std::this_thread::get_id();
  };
  await_and_look(parks(parking, lines), went_on_in);
  std::thread::id resumed_in;
  std::jthread([&] {
    resumed_in = std::this_thread::get_id();
    parking.parked.resume();
  }).join();
  EXPECT_EQ(went_on_in, resumed_in);
  EXPECT_NE(went_on_in, std::this_thread::get_id());
}

TEST(Task, TasksWithinTasksEndFromTheInnermostOut) {
  Lines lines;
  Parking parking;
  await_task(around(around(parks(parking, lines), lines), lines), lines);
  parking.parked.resume();
  EXPECT_THAT(lines, ElementsAre("outer", "outer", "inner parks", "inner ends", "outer ends",
                                 "outer ends", "over"));
}

TEST(Task, AFailurePassesThroughToWhoAwaitsIt) {
  Lines lines;
  await_task(around(throws_after(nullptr), lines), lines);
  EXPECT_THAT(lines, ElementsAre("outer", "the inner one failed"));
}

TEST(Task, AFailureAfterASuspensionPassesThroughToo) {
  Lines lines;
  Parking parking;
  await_task(around(throws_after(&parking), lines), lines);
  EXPECT_THAT(lines, ElementsAre("outer"));
  parking.parked.resume();
  EXPECT_THAT(lines, ElementsAre("outer", "the inner one failed"));
}

TEST(Task, AnUnstartedOneGoesWithAllItHolds) {
  const auto held = std::make_shared<int>(1);
  Parking parking;
  {
    const Task task = holds(held, parking);
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Task, OneThatHasEndedLeavesNothing) {
  const auto held = std::make_shared<int>(1);
  Lines lines;
  Parking parking;
  await_task(holds(held, parking), lines);
  EXPECT_EQ(held.use_count(), 3) << "the argument, and the local variable";
  parking.parked.resume();
  EXPECT_THAT(lines, ElementsAre("over"));
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Task, OneThatFailedLeavesNothing) {
  const auto held = std::make_shared<int>(1);
  const auto fails = [](std::shared_ptr<int> token) -> Task {
    if (token != nullptr) throw std::runtime_error("failed");
    co_return;
  };
  EXPECT_THROW(fails(held).run(), std::runtime_error);
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Task, AMovedOneIsStillRunAndFreedOnce) {
  const auto held = std::make_shared<int>(1);
  Lines lines;
  const auto told = [](std::shared_ptr<int> token, Lines& to) -> Task {
    to.push_back(std::to_string(*token));
    co_return;
  };
  {
    Task first = told(held, lines);
    Task second(std::move(first));
    second.run();
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_THAT(lines, ElementsAre("1"));
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace walbench::engine
