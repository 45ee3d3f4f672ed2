// Silent bugs these tests would catch: a committer that takes the first few writes and pays a
// COMMIT for each half-group; one that lingers for writers who will never come; a write that is
// acknowledged before its COMMIT has returned; group figures that count what was not committed.

#include "storage/sqlite/strategy/group_committer.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "tests/storage/sqlite/strategy/committer_fixture.hpp"

namespace walbench::storage {
namespace {

using std::chrono::nanoseconds;
using Next = Resumer::Next;
using Sizes = std::vector<std::size_t>;

using GroupCommitterTest = CommitterTest;

TEST_F(GroupCommitterTest, WhatIsQueuedGoesIntoOneTransaction) {
  start();
  std::vector<std::string> statements;
  const StatementHook hook(
      handle_, [&](const std::string& sql) { statements.push_back(sql.substr(0, sql.find(' '))); });
  commit_group(4);
  EXPECT_EQ(statements,
            (std::vector<std::string>{"BEGIN", "UPDATE", "UPDATE", "UPDATE", "UPDATE", "COMMIT"}));
  EXPECT_EQ(resumer_.sizes(), Sizes{4});
  for (std::size_t file = 0; file < 4; ++file) {
    EXPECT_TRUE(outcomes_[file].succeeded()) << file;
    EXPECT_EQ(version_of(file), 1) << file;
  }
  EXPECT_EQ(rows_changed(), 4);
}

TEST_F(GroupCommitterTest, WritesAreMadeInTheOrderTheyWereQueuedIn) {
  GroupCommitter& committer = start();
  std::vector<std::size_t> resumed;
  committer.expect_writers(3);
  for (const std::size_t file : {2U, 0U, 1U}) {
    outcomes_[file].on_resumed = [&resumed, file] { resumed.push_back(file); };
    submit(file);
  }
  ASSERT_TRUE(eventually([&] { return decided() == 3; }));
  EXPECT_EQ(resumed, (std::vector<std::size_t>{2, 0, 1}));
  EXPECT_FALSE(outcomes_[2].timings->committed);
  EXPECT_FALSE(outcomes_[0].timings->committed);
  EXPECT_TRUE(outcomes_[1].timings->committed) << "one COMMIT is counted once, with the last";
}

TEST_F(GroupCommitterTest, DoesNotCommitBeforeAllExpectedWritersHaveQueued) {
  GroupCommitter& committer = start();
  committer.expect_writers(3);
  submit(0);
  submit(1);
  let_it_linger();
  EXPECT_EQ(decided(), 0U);
  EXPECT_EQ(rows_changed(), 0);
  submit(2);
  ASSERT_TRUE(eventually([&] { return decided() == 3; }));
  EXPECT_EQ(resumer_.sizes(), Sizes{3});
}

TEST_F(GroupCommitterTest, CommitsFewerOnceTheWindowHasPassed) {
  GroupCommitter& committer = start();
  committer.expect_writers(3);
  submit(0);
  submit(1);
  let_it_linger();
  clock_.advance(nanoseconds(49'999));
  let_it_linger();
  EXPECT_EQ(decided(), 0U);
  clock_.advance(nanoseconds(1));
  ASSERT_TRUE(eventually([&] { return decided() == 2; }));
  EXPECT_EQ(resumer_.sizes(), Sizes{2});
  EXPECT_EQ(outcomes_[0].timings->lock_wait_ns, 50'000) << "lingering is waiting for the lock";
  EXPECT_EQ(outcomes_[0].timings->commit_ns, 0);
}

TEST_F(GroupCommitterTest, TheNextGroupHasAWindowOfItsOwn) {
  GroupCommitter& committer = start();
  committer.expect_writers(2);
  submit(0);
  let_it_linger();
  clock_.advance(nanoseconds(50'000));
  ASSERT_TRUE(eventually([&] { return decided() == 1; }));
  submit(1);
  let_it_linger();
  EXPECT_EQ(decided(), 1U);
  submit(2);
  ASSERT_TRUE(eventually([&] { return decided() == 3; }));
  EXPECT_EQ(resumer_.sizes(), (Sizes{1, 2}));
}

TEST_F(GroupCommitterTest, DoesNotLingerWhereNobodyElseIsExpected) {
  GroupCommitter& committer = start();
  submit(0);
  ASSERT_TRUE(eventually([&] { return decided() == 1; }));
  committer.expect_writers(1);
  submit(1);
  ASSERT_TRUE(eventually([&] { return decided() == 2; }));
  EXPECT_EQ(resumer_.sizes(), (Sizes{1, 1}));
  EXPECT_EQ(clock_.readings(), 2 * 3) << "asked, held and resumed, and no other reading";
}

TEST_F(GroupCommitterTest, StopsLingeringWhenFewerAreExpected) {
  GroupCommitter& committer = start();
  committer.expect_writers(2);
  submit(0);
  let_it_linger();
  committer.expect_writers(-1);
  ASSERT_TRUE(eventually([&] { return decided() == 1; }));
  EXPECT_TRUE(outcomes_[0].succeeded());
}

TEST_F(GroupCommitterTest, AcknowledgesOnlyWhatAnotherConnectionSees) {
  start();
  std::vector<std::int64_t> seen;
  for (std::size_t file = 0; file < 3; ++file) {
    outcomes_[file].on_resumed = [&] { seen.push_back(rows_changed()); };
  }
  commit_group(3);
  EXPECT_EQ(seen, (std::vector<std::int64_t>{3, 3, 3})) << "resumed before the COMMIT";
}

TEST_F(GroupCommitterTest, NothingIsDurableWhileItsTransactionIsOpen) {
  start();
  std::int64_t changed = -1;
  const StatementHook hook(handle_, [&](const std::string& sql) {
    if (sql == "COMMIT") changed = rows_changed();
  });
  commit_group(2);
  EXPECT_EQ(changed, 0);
  EXPECT_EQ(rows_changed(), 2);
}

TEST_F(GroupCommitterTest, ItIsTheLastToDoWhereNobodyHasQueuedMeanwhile) {
  start();
  commit_group(2);
  EXPECT_EQ(resumer_.groups().front().next, Next::nothing);
}

TEST_F(GroupCommitterTest, ItSaysWhereSomebodyHasQueuedMeanwhile) {
  start();
  const StatementHook hook(handle_, [&](const std::string& sql) {
    if (sql == "COMMIT" && resumer_.groups().empty()) submit(5);
  });
  submit(0);
  ASSERT_TRUE(eventually([&] { return decided() == 2; }));
  ASSERT_EQ(resumer_.sizes(), (Sizes{1, 1}));
  EXPECT_EQ(resumer_.groups()[0].next, Next::a_group);
  EXPECT_EQ(resumer_.groups()[1].next, Next::nothing);
}

TEST_F(GroupCommitterTest, WritesThatAResumedLifecycleMakesAreTheNextGroup) {
  GroupCommitter& committer = start();
  WriteOutcome second{.path = outcomes_[0].path, .timings = {}, .failure = {}};
  outcomes_[0].on_resumed = [&] { queue_write(committer, clock_, second, 1); };
  submit(0);
  ASSERT_TRUE(eventually([&] { return second.decided.load(); }));
  EXPECT_EQ(version_of(0), 2);
  EXPECT_EQ(resumer_.sizes(), (Sizes{1, 1}));
}

TEST_F(GroupCommitterTest, EverybodyInAGroupWaitedUntilTheLockWasHeldAndNotLonger) {
  GroupCommitter& committer = start();
  const StatementHook hook(handle_, [&](const std::string& sql) {
    if (sql.starts_with("BEGIN")) clock_.advance(nanoseconds(300));
    if (sql.starts_with("UPDATE")) clock_.advance(nanoseconds(20));
    if (sql == "COMMIT") clock_.advance(nanoseconds(7'000));
  });
  committer.expect_writers(2);
  submit(0);
  clock_.advance(nanoseconds(1'000));
  submit(1);
  ASSERT_TRUE(eventually([&] { return decided() == 2; }));
  EXPECT_EQ(outcomes_[0].timings->lock_wait_ns, 1'300);
  EXPECT_EQ(outcomes_[1].timings->lock_wait_ns, 300);
  for (std::size_t file = 0; file < 2; ++file) {
    EXPECT_EQ(outcomes_[file].timings->commit_ns, 2 * 20 + 7'000) << file;
    EXPECT_EQ(outcomes_[file].timings->statement_ns, 0) << file;
    EXPECT_EQ(outcomes_[file].timings->busy_wait_ns, 0) << file;
  }
}

TEST_F(GroupCommitterTest, AllOfAGroupWaitForItsSyncsAndItsCheckpoint) {
  settings_ = {Synchronous::full, std::chrono::seconds(60), {.every_frames = 1}};
  start();
  database_.vfs().restart_counting();
  commit_group(3);
  const IoFigures counted = database_.vfs().figures();
  EXPECT_EQ(counted.wal.checkpoints, 1);
  EXPECT_GE(counted.wal.wal_syncs + counted.wal.db_syncs, 2);
  const WriteTimings first = outcomes_[0].timings.value();
  EXPECT_GT(first.sync_wait_ns, 0);
  EXPECT_GT(first.checkpoint_wait_ns, 0);
  EXPECT_LT(first.checkpoint_wait_ns, counted.wal.checkpoint_ns) << "its syncs are counted as such";
  for (std::size_t file = 1; file < 3; ++file) {
    EXPECT_EQ(outcomes_[file].timings->sync_wait_ns, first.sync_wait_ns) << file;
    EXPECT_EQ(outcomes_[file].timings->checkpoint_wait_ns, first.checkpoint_wait_ns) << file;
    EXPECT_EQ(outcomes_[file].timings->queue_wait_ns, 0) << file;
  }
}

TEST_F(GroupCommitterTest, AGroupThatWaitsForNeitherSaysSo) {
  start();
  commit_group(2);
  for (std::size_t file = 0; file < 2; ++file) {
    EXPECT_EQ(outcomes_[file].timings->sync_wait_ns, 0) << file;
    EXPECT_EQ(outcomes_[file].timings->checkpoint_wait_ns, 0) << file;
  }
}

TEST_F(GroupCommitterTest, AGroupDoesNotWaitForTheSyncsOfTheOneBefore) {
  settings_ = {Synchronous::normal, std::chrono::seconds(60), {.mode = CheckpointMode::off}};
  start();
  commit_group(1);
  EXPECT_GT(outcomes_[0].timings->sync_wait_ns, 0) << "a new WAL's header is synced";
  commit_group(1, 1);
  EXPECT_EQ(outcomes_[0].timings->sync_wait_ns, 0);
}

TEST_F(GroupCommitterTest, FiguresAreOfTheGroupsThatWereCommitted) {
  GroupCommitter& committer = start();
  EXPECT_EQ(committer.figures().groups, 0);
  EXPECT_EQ(committer.figures().size_p50, 0);
  std::int64_t version = 0;
  for (const std::size_t size : {2U, 4U, 1U}) {
    commit_group(size, version++);
    put_all_at(version);
  }
  const metrics::GroupsCommitted figures = committer.figures();
  EXPECT_EQ(figures.groups, 3);
  EXPECT_EQ(figures.writes, 7);
  EXPECT_EQ(figures.size_p50, 2);
  EXPECT_EQ(figures.size_max, 4);

  committer.restart_counting();
  EXPECT_EQ(committer.figures().groups, 0);
  EXPECT_EQ(committer.figures().writes, 0);
  EXPECT_EQ(committer.figures().size_max, 0);
}

TEST_F(GroupCommitterTest, HalfOfTheGroupsAreNoLargerThanTheMedian) {
  GroupCommitter& committer = start();
  commit_group(1);
  put_all_at(1);
  commit_group(5, 1);
  EXPECT_EQ(committer.figures().size_p50, 1);
  put_all_at(2);
  commit_group(5, 2);
  EXPECT_EQ(committer.figures().size_p50, 5);
}

class LimitedGroups : public CommitterTest {};

TEST_F(LimitedGroups, AreNoLargerThanTheirLimitAndNotLingeredFor) {
  axes_.commit = CommitAxis::group(1);
  GroupCommitter& committer = start();
  committer.expect_writers(kFiles);
  for (std::size_t file = 0; file < kFiles; ++file) {
    submit(file);
    ASSERT_TRUE(eventually([&] { return decided() == file + 1; }));
  }
  EXPECT_EQ(resumer_.sizes(), Sizes(kFiles, 1));
  EXPECT_EQ(committer.figures().size_max, 1);
}

/// More files than go into one group.
class LargeGroups : public CommitterTest {
 protected:
  static constexpr std::size_t kMost = static_cast<std::size_t>(CommitAxis::kLargestGroup);
  static constexpr std::size_t kMany = 2 * kMost + 100;

  LargeGroups() : CommitterTest(static_cast<std::int64_t>(kMany)) {
    outcomes_ = outcomes_of(static_cast<std::int64_t>(kMany));
  }
};

TEST_F(LargeGroups, AreSplitAndNobodyIsLeftBehind) {
  GroupCommitter& committer = start();
  // All of them queue while the committer begins a first transaction.
  const StatementHook hook(handle_, [&](const std::string& sql) {
    if (!sql.starts_with("BEGIN") || !resumer_.groups().empty()) return;
    for (std::size_t file = 1; file < kMany; ++file) {
      submit(file);
    }
  });
  submit(0);
  ASSERT_TRUE(eventually([&] { return decided() == kMany; }));
  EXPECT_EQ(resumer_.sizes(), (Sizes{1, kMost, kMost, kMany - 1 - 2 * kMost}));
  EXPECT_EQ(resumer_.groups()[1].next, Next::a_group);
  EXPECT_EQ(resumer_.groups()[2].next, Next::a_group);
  EXPECT_EQ(resumer_.groups()[3].next, Next::nothing);
  EXPECT_EQ(rows_changed(), static_cast<std::int64_t>(kMany));
  EXPECT_EQ(committer.figures().size_max, static_cast<std::int64_t>(kMost));
  EXPECT_EQ(committer.figures().writes, static_cast<std::int64_t>(kMany));
}

TEST_F(LargeGroups, AFullGroupIsNotLingeredFor) {
  GroupCommitter& committer = start();
  committer.expect_writers(static_cast<std::int64_t>(kMany));
  for (std::size_t file = 0; file < kMost; ++file) {
    submit(file);
  }
  ASSERT_TRUE(eventually([&] { return decided() == kMost; }));
  EXPECT_EQ(resumer_.sizes(), Sizes{kMost});
}

}  // namespace
}  // namespace walbench::storage
