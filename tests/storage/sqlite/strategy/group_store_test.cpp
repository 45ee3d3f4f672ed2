// Silent bugs these tests would catch: a group store whose sessions write past the committer, or
// keep connections of their own; hints about expected writers, or a cancellation, that reach
// nobody; a failed checkpoint that a run does not hear of; lifecycles that mix each other's rows.

#include "storage/sqlite/strategy/group_store.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "metrics/clock.hpp"
#include "storage/sqlite/strategy/sqlite_database.hpp"
#include "storage/strategies.hpp"
#include "tests/storage/sqlite/strategy/group_harness.hpp"
#include "tests/storage/sqlite/test_database.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::storage {
namespace {

const Axes group_axes = find_strategy("group-commit")->axes;

/// A write of one file through a session, under way or decided.
struct Write {
  explicit Write(std::int64_t file) { outcome.path = bench_file_path(file); }

  /// The clock of the store stands still, so it lingers until as many have queued as it expects.
  void queue(Session& session, std::int64_t version = 0) {
    transition = round_transaction(outcome.path, version);
    await_write([this, &session] { return session.apply(transition->get()); }, outcome);
  }
  bool decided() const { return outcome.decided.load(); }

  WriteOutcome outcome;
  std::shared_ptr<TransitionTransaction> transition;
};

class GroupStoreTest : public testing::Test {
 protected:
  ~GroupStoreTest() override {
    if (store_) store_->cancel();
  }

  GroupStore& open(const CheckpointPlan& checkpoint = {.mode = CheckpointMode::off}) {
    store_ = std::make_unique<GroupStore>(
        database_.path(),
        ConnectionSettings{Synchronous::off, std::chrono::seconds(60), checkpoint}, group_axes,
        engine::lifecycle_statements(GuardAxis::where), database_.vfs(), clock_, resumer_);
    return *store_;
  }

  test_support::ManualClock clock_;
  TestDatabase database_{4};
  RecordingResumer resumer_;
  std::unique_ptr<GroupStore> store_;
};

TEST_F(GroupStoreTest, OpensOneConnectionForAllSessionsAndClosesIt) {
  const ConnectionSpy spy;
  GroupStore& store = open();
  EXPECT_EQ(ConnectionSpy::opened(), 1U);
  for (std::size_t worker = 0; worker < 3; ++worker) {
    const std::unique_ptr<Session> session = store.open_session(worker);
    Write write(static_cast<std::int64_t>(worker));
    write.queue(*session);
    ASSERT_TRUE(eventually([&] { return write.decided(); }));
    EXPECT_TRUE(write.outcome.succeeded());
    EXPECT_FALSE(session->close().has_value()) << "no lifecycle has a connection of its own";
  }
  EXPECT_EQ(ConnectionSpy::opened(), 1U);
  EXPECT_EQ(resumer_.sizes(), (std::vector<std::size_t>{1, 1, 1}));
  store_.reset();
  EXPECT_FALSE(size_on_disk(database_.wal_path()).has_value()) << "a connection is still open";
}

TEST_F(GroupStoreTest, AWriteDoesNothingBeforeItIsAwaited) {
  const std::unique_ptr<Session> session = open().open_session(0);
  const std::string path = bench_file_path(0);
  const auto write = round_transaction(path, 0);
  const PendingWrite pending = session->apply(write->get());
  EXPECT_FALSE(pending.await_ready());
  session->close();
  store_.reset();
  EXPECT_TRUE(resumer_.groups().empty());
  EXPECT_EQ(database_.connect().query_int64("SELECT max(version) FROM files"), 0);
}

TEST_F(GroupStoreTest, DoesNotTimeStatementsApart) {
  EXPECT_FALSE(open().open_session(0)->times_statement_apart());
}

TEST_F(GroupStoreTest, LingersForThoseItIsToldToExpect) {
  GroupStore& store = open();
  store.expect_writers(3);
  store.expect_writers(-1);
  const std::unique_ptr<Session> session = store.open_session(0);
  Write first(0);
  Write second(1);
  first.queue(*session);
  const std::int64_t before = clock_.readings();
  ASSERT_TRUE(eventually([&] { return clock_.readings() > before + 100; }));
  EXPECT_FALSE(first.decided());
  second.queue(*session);
  ASSERT_TRUE(eventually([&] { return first.decided() && second.decided(); }));
  EXPECT_EQ(resumer_.sizes(), std::vector<std::size_t>{2});
}

TEST_F(GroupStoreTest, CancelReachesTheCommitter) {
  GroupStore& store = open();
  store.cancel();
  const std::unique_ptr<Session> session = store.open_session(0);
  Write write(0);
  write.queue(*session);
  ASSERT_TRUE(eventually([&] { return write.decided(); }));
  EXPECT_TRUE(write.outcome.failed_with<WriteCancelled>());
}

TEST_F(GroupStoreTest, HasNothingToFlushAndNothingUnsaved) {
  GroupStore& store = open();
  const std::unique_ptr<Session> session = store.open_session(0);
  Write write(0);
  write.queue(*session);
  ASSERT_TRUE(eventually([&] { return write.decided(); }));
  EXPECT_EQ(store.flush(), 0);
  EXPECT_EQ(store.counts().unsaved_peak, 0);
  EXPECT_EQ(store.counts().snapshot_retries, 0);
  EXPECT_EQ(store.counts().capped_checkpoints, 0);
}

TEST_F(GroupStoreTest, CountsGroupsAndCappedCheckpointsSinceTheLastRestart) {
  GroupStore& store = open({CheckpointMode::background, 1'000, 1});
  const std::unique_ptr<Session> session = store.open_session(0);
  const auto write_on = [&](std::int64_t version) {
    Write write(0);
    write.queue(*session, version);
    return eventually([&] { return write.decided(); }) && write.outcome.succeeded();
  };
  // Each write is of more pages than the cap allows frames.
  ASSERT_TRUE(write_on(0));
  ASSERT_TRUE(write_on(1));
  EXPECT_EQ(store.counts().groups.groups, 2);
  EXPECT_EQ(store.counts().groups.writes, 2);
  EXPECT_EQ(store.counts().groups.size_p50, 1);
  EXPECT_EQ(store.counts().groups.size_max, 1);
  EXPECT_EQ(store.counts().capped_checkpoints, 2);
  store.restart_counting();
  EXPECT_EQ(store.counts().groups.groups, 0);
  EXPECT_EQ(store.counts().capped_checkpoints, 0);
  ASSERT_TRUE(write_on(2));
  EXPECT_EQ(store.counts().groups.groups, 1);
  EXPECT_EQ(store.counts().capped_checkpoints, 1);
}

TEST_F(GroupStoreTest, HasAThreadForCommitsAndOneForCheckpointsWhereTheyAreWanted) {
  for (const auto mode : {CheckpointMode::off, CheckpointMode::automatic}) {
    const ConnectionSpy spy;
    EXPECT_EQ(open({.mode = mode}).own_threads(), 1);
    EXPECT_EQ(ConnectionSpy::opened(), 1U);
  }
  const ConnectionSpy spy;
  EXPECT_EQ(open({.mode = CheckpointMode::background}).own_threads(), 2);
  EXPECT_EQ(ConnectionSpy::opened(), 2U) << "the checkpointer has a connection of its own";
}

TEST_F(GroupStoreTest, SqliteCheckpointsByItselfWhereItIsLeftToIt) {
  GroupStore& store = open({.mode = CheckpointMode::automatic, .every_frames = 1});
  const std::unique_ptr<Session> session = store.open_session(0);
  Write write(0);
  write.queue(*session);
  ASSERT_TRUE(eventually([&] { return write.decided(); }));
  EXPECT_EQ(database_.vfs().figures().wal.checkpoints, 1);
  EXPECT_EQ(store.counts().capped_checkpoints, 0);
}

TEST_F(GroupStoreTest, FlushTellsOfACheckpointThatFailed) {
  GroupStore& store = open({CheckpointMode::background, 1'000, 1});
  const std::unique_ptr<Session> session = store.open_session(0);
  EXPECT_EQ(store.flush(), 0);
  database_.disk().fail_writes(FileKind::database, SQLITE_FULL);
  Write write(0);
  write.queue(*session);
  ASSERT_TRUE(eventually([&] { return write.decided(); }));
  database_.disk().mend();
  EXPECT_TRUE(write.outcome.succeeded()) << "the commit itself had succeeded";
  EXPECT_THROW(store.flush(), SqliteError);
}

/// Takes one file all the way through a session.
Detached live_suspended(SuspendingStore& store, std::int64_t file, GuardAxis guard,
                        WriteOutcome& outcome) {
  const std::unique_ptr<Session> session = store.open_session(0);
  const std::unique_ptr<PlainIteration> life = plain_lifecycle(file, guard);
  try {
    for (const Transaction& transaction : life->transactions()) {
      outcome.timings = co_await session->apply(transaction);
    }
  } catch (...) {
    outcome.failure = std::current_exception();
  }
  store.expect_writers(-1);
  outcome.decided.store(true);
}

class EveryGuard : public testing::TestWithParam<GuardAxis> {};

TEST_P(EveryGuard, ManyLifecyclesAtOnceEndVerified) {
  constexpr std::int64_t kFiles = 200;
  const DatabaseFiles files(std::nullopt);
  const metrics::SteadyClock clock;
  RecordingResumer resumer;
  LifecycleDatabase database(
      files.database(), {.files = kFiles, .seed = 1, .guard = GetParam()},
      {Synchronous::off, std::chrono::seconds(60), {CheckpointMode::background, 20, 100}});
  database.seed();
  Axes axes = group_axes;
  axes.guard = GetParam();
  std::deque<WriteOutcome> outcomes = outcomes_of(kFiles);
  {
    const std::unique_ptr<SuspendingStore> store = database->open_suspending_store(
        axes, {1, &clock, database.workload().statements()}, resumer);
    std::vector<std::jthread> threads;
    for (std::int64_t first = 0; first < 2; ++first) {
      threads.emplace_back([&, first] {
        for (std::int64_t file = first; file < kFiles; file += 2) {
          store->expect_writers(1);
          live_suspended(*store, file, GetParam(), outcomes[static_cast<std::size_t>(file)]);
        }
      });
    }
    threads.clear();
    ASSERT_TRUE(eventually([&] { return all_decided(outcomes, outcomes.size()); }));
    EXPECT_EQ(store->counts().groups.writes, 3 * kFiles);
    EXPECT_EQ(store->flush(), 0);
  }
  for (const WriteOutcome& outcome : outcomes) {
    EXPECT_TRUE(outcome.succeeded()) << outcome.path;
  }
  const Verification found = database.verify();
  EXPECT_TRUE(found.passed(kFiles)) << found.first_wrong << " " << found.integrity;
}

INSTANTIATE_TEST_SUITE_P(Guards, EveryGuard,
                         testing::Values(GuardAxis::where, GuardAxis::version, GuardAxis::select),
                         [](const auto& guard) { return std::string(axis_name(guard.param)); });

}  // namespace
}  // namespace walbench::storage
