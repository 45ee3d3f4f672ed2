// Silent bugs these tests would catch: a committer that goes to sleep on an arrival, so that its
// lifecycle waits for ever; a cancelled write that is carried out, or never decided; a committer
// that cannot be stopped, or is gone before its last lifecycle has been resumed.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <thread>
#include <vector>

#include "storage/sqlite/strategy/group_committer.hpp"
#include "tests/storage/sqlite/strategy/committer_fixture.hpp"

namespace walbench::storage {
namespace {

using CommitterThreads = CommitterTest;

TEST_F(CommitterThreads, TheResumerHearsOnceOfTheCommittersThreadAndThenFromItAlone) {
  start();
  commit_group(2);
  commit_group(2, 1);
  ASSERT_EQ(resumer_.starts().size(), 1U);
  EXPECT_EQ(resumer_.groups_at_start(), 0U);
  EXPECT_NE(resumer_.starts().front(), std::this_thread::get_id());
  for (const RecordingResumer::Group& group : resumer_.groups()) {
    EXPECT_EQ(group.thread, resumer_.starts().front());
  }
}

TEST_F(CommitterThreads, StartsAndStopsWithoutAnythingToDo) {
  for (int round = 0; round < 100; ++round) {
    start();
    committer_.reset();
  }
  EXPECT_EQ(resumer_.starts().size(), 100U);
  EXPECT_TRUE(resumer_.groups().empty());
}

TEST_F(CommitterThreads, StopsRightAfterTheLastWrite) {
  for (int round = 0; round < 100; ++round) {
    outcomes_[0].decided.store(false);
    start();
    submit(0, round);
    ASSERT_TRUE(eventually([&] { return outcomes_[0].decided.load(); }));
    committer_.reset();
  }
  EXPECT_EQ(version_of(0), 100);
}

TEST_F(CommitterThreads, WhatIsQueuedWhenItStopsIsStillDecided) {
  for (int round = 0; round < 100; ++round) {
    outcomes_[0].decided.store(false);
    outcomes_[0].timings.reset();
    start();
    submit(0, round);
    committer_.reset();
    ASSERT_TRUE(outcomes_[0].decided.load());
    EXPECT_TRUE(outcomes_[0].succeeded());
  }
  EXPECT_EQ(version_of(0), 100);
}

TEST_F(CommitterThreads, SleepingLosesNoArrival) {
  constexpr std::int64_t kWrites = 1'500;
  GroupCommitter& committer = start();
  // Nobody is lingered for, and threads that wait for each other's groups let it fall asleep again
  // and again.
  std::vector<std::jthread> threads;
  for (std::size_t file = 0; file < 4; ++file) {
    threads.emplace_back([&, file] {
      for (std::int64_t version = 0; version < kWrites; ++version) {
        WriteOutcome& outcome = outcomes_[file];
        outcome.decided.store(false);
        queue_write(committer, clock_, outcome, version);
        ASSERT_TRUE(eventually([&] { return outcome.decided.load(); })) << "lost: " << version;
      }
    });
  }
  threads.clear();
  for (std::size_t file = 0; file < 4; ++file) {
    EXPECT_EQ(version_of(file), kWrites) << file;
    EXPECT_FALSE(outcomes_[file].failure) << file;
  }
  EXPECT_EQ(committer.figures().writes, 4 * kWrites);
  EXPECT_LE(committer.figures().size_max, 4);
}

TEST_F(CommitterThreads, AnArrivalWhileItFallsAsleepWakesIt) {
  GroupCommitter& committer = start();
  committer.cancel();  // so that it is back at falling asleep soon, again and again
  std::atomic<int> spins = 0;
  for (int round = 0; round < 30'000; ++round) {
    outcomes_[0].decided.store(false);
    submit(0);
    // Nobody else would wake it.
    ASSERT_TRUE(eventually([&] { return outcomes_[0].decided.load(); })) << "lost: " << round;
    for (int spin = 0; spin < round % 500; ++spin) {
      spins.fetch_add(1, std::memory_order_relaxed);
    }
  }
}

TEST_F(CommitterThreads, CancelFailsWhatIsLingeredForWithoutTouchingTheDatabase) {
  GroupCommitter& committer = start();
  int statements = 0;
  const StatementHook hook(handle_, [&](const std::string&) { ++statements; });
  committer.expect_writers(3);
  submit(0);
  submit(1);
  let_it_linger();
  committer.cancel();
  ASSERT_TRUE(eventually([&] { return decided() == 2; }));
  EXPECT_TRUE(outcomes_[0].failed_with<WriteCancelled>());
  EXPECT_TRUE(outcomes_[1].failed_with<WriteCancelled>());
  EXPECT_EQ(statements, 0);
  EXPECT_EQ(rows_changed(), 0);
  EXPECT_EQ(committer.figures().groups, 0);
}

TEST_F(CommitterThreads, CancelFailsEveryLaterWrite) {
  GroupCommitter& committer = start();
  commit_group(1);
  EXPECT_TRUE(outcomes_[0].succeeded());
  committer.cancel();
  int statements = 0;
  const StatementHook hook(handle_, [&](const std::string&) { ++statements; });
  for (std::size_t file = 1; file < 4; ++file) {
    submit(file);
    ASSERT_TRUE(eventually([&] { return outcomes_[file].decided.load(); }));
    EXPECT_TRUE(outcomes_[file].failed_with<WriteCancelled>()) << file;
  }
  EXPECT_EQ(statements, 0);
  EXPECT_EQ(rows_changed(), 1);
}

TEST_F(CommitterThreads, CancelDoesNotUndoTheGroupThatIsBeingWritten) {
  GroupCommitter& committer = start();
  const StatementHook hook(handle_, [&](const std::string& sql) {
    if (sql.starts_with("UPDATE")) committer.cancel();
  });
  commit_group(3);
  for (std::size_t file = 0; file < 3; ++file) {
    EXPECT_TRUE(outcomes_[file].succeeded()) << file;
  }
  EXPECT_EQ(rows_changed(), 3);
}

}  // namespace
}  // namespace walbench::storage
