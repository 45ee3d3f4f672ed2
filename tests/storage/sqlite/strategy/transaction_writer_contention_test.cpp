// Silent bugs these tests would catch: a wait for the lock that is charged to the wrong segment; a
// refused upgrade that is reported as a failure, retried without being counted, or retried on stale
// data; a writer that waits for ever, or holds the queue after a failure.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <utility>

#include "metrics/clock.hpp"
#include "storage/sqlite/strategy/transaction_writer.hpp"
#include "tests/storage/sqlite/test_database.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::storage {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using test_support::ManualClock;

const std::string path = "/bench/file_0001.txt";
const TransitionWrite to_uploading = {path, LifecycleState::untracked, LifecycleState::uploading,
                                      0};

/// A writer, and another connection that comes in between.
class Contended : public testing::Test {
 protected:
  Contended() { database_.create_files(3); }

  /// Opens the writer. `clock` is what it measures by.
  void open_writer(const Axes& axes, milliseconds busy_timeout, const metrics::Clock& clock) {
    context_.reset(
        new WriterContext{database_.path(),
                          {Synchronous::off, busy_timeout, {.mode = CheckpointMode::off}},
                          axes,
                          engine::lifecycle_statements(axes.guard),
                          &database_.vfs(),
                          &clock,
                          queue_.get()});
    const ConnectionSpy spy;
    writer_ = std::make_unique<TransactionWriter>(*context_);
    writers_handle_ = ConnectionSpy::latest();
  }

  /// The code of the SqliteError that the write ends in, or SQLITE_OK.
  int failure_code() {
    try {
      write(*writer_, to_uploading, context_->axes.guard);
    } catch (const SqliteError& error) {
      return error.code();
    }
    return SQLITE_OK;
  }

  std::string state() const { return read_file_row(other_, path).at("gemini_state").value(); }
  void touch_another_row() const {
    other_.execute("UPDATE files SET mtime=coalesce(mtime,0)+1 WHERE file_path<>'" + path + "'");
  }

  TestDatabase database_;
  Connection other_ = database_.connect_uncounted();
  metrics::SteadyClock steady_;
  ManualClock manual_{nanoseconds(1)};
  std::unique_ptr<WriterQueue> queue_;
  std::unique_ptr<WriterContext> context_;
  std::unique_ptr<TransactionWriter> writer_;
  sqlite3* writers_handle_ = nullptr;
};

class EveryBeginAndGuard : public Contended,
                           public testing::WithParamInterface<std::tuple<BeginAxis, GuardAxis>> {
 protected:
  static Axes axes() {
    return {.begin = std::get<0>(GetParam()), .guard = std::get<1>(GetParam())};
  }
};

TEST_P(EveryBeginAndGuard, PastTheTimeoutALockedDatabaseIsAnErrorAndTheWriterGoesOnLater) {
  open_writer(axes(), milliseconds(5), steady_);
  other_.execute("BEGIN IMMEDIATE");
  const ThreadBusyWait before = CountingVfs::thread_busy_wait();
  EXPECT_EQ(failure_code(), SQLITE_BUSY);
  EXPECT_GT(CountingVfs::thread_busy_wait().slept_ns, before.slept_ns);
  EXPECT_GT(database_.vfs().lock_waits().busy_retries, 0);
  other_.execute("ROLLBACK");
  EXPECT_EQ(state(), "untracked");
  EXPECT_EQ(failure_code(), SQLITE_OK);
  EXPECT_EQ(state(), "uploading");
}

TEST_P(EveryBeginAndGuard, TheWaitForTheLockIsPartOfLockWaitAlone) {
  open_writer(axes(), milliseconds(60'000), steady_);
  other_.execute("BEGIN IMMEDIATE");
  std::jthread releaser([this] {
    while (database_.vfs().lock_waits().busy_retries < 2) {
      std::this_thread::yield();
    }
    other_.execute("COMMIT");
  });
  const WriteTimings timings = write(*writer_, to_uploading, context_->axes.guard);
  releaser.join();
  EXPECT_GE(timings.busy_wait_ns, 1'000'000 + 2'000'000) << "it slept 1 ms and 2 ms at least";
  EXPECT_LE(timings.busy_wait_ns, timings.lock_wait_ns);
  EXPECT_EQ(timings.lock_wait_ns + timings.statement_ns + timings.commit_ns, timings.db_total_ns);
  EXPECT_EQ(state(), "uploading");
}

TEST_P(EveryBeginAndGuard, AnInterruptEndsTheWait) {
  // Unless it is heard, a minute's timeout means some 600 sleeps of 100 ms.
  open_writer(axes(), milliseconds(60'000), steady_);
  other_.execute("BEGIN IMMEDIATE");
  std::jthread interrupter([this] {
    while (database_.vfs().lock_waits().busy_retries == 0) {
      std::this_thread::yield();
    }
    database_.vfs().interrupt_waits();
  });
  EXPECT_EQ(failure_code(), SQLITE_BUSY);
  EXPECT_LT(database_.vfs().lock_waits().busy_retries, 300);
}

INSTANTIATE_TEST_SUITE_P(
    Axes, EveryBeginAndGuard,
    testing::Combine(testing::Values(BeginAxis::deferred, BeginAxis::immediate),
                     testing::Values(GuardAxis::where, GuardAxis::version, GuardAxis::select)),
    [](const auto& axes) {
      return std::string(axis_name(std::get<0>(axes.param))) + "_" +
             std::string(axis_name(std::get<1>(axes.param)));
    });

/// Guard select in a deferred transaction: between SELECT and UPDATE others may come.
class Upgrade : public Contended {
 protected:
  static constexpr Axes kAxes = {.begin = BeginAxis::deferred, .guard = GuardAxis::select};
};

TEST_F(Upgrade, AStaleSnapshotIsReadAnewCountedAndThenRight) {
  open_writer(kAxes, milliseconds(60'000), manual_);
  int interferences = 0;
  const StatementHook hook(writers_handle_, [&](const std::string& sql) {
    if (!sql.starts_with("UPDATE") || interferences == 3) return;
    ++interferences;
    touch_another_row();
  });
  const WriteTimings timings = write(*writer_, to_uploading, context_->axes.guard);
  EXPECT_EQ(interferences, 3);
  EXPECT_EQ(context_->snapshot_retries.load(), 3);
  EXPECT_EQ(timings.busy_wait_ns, 0) << "a stale snapshot is no reason to sleep";
  EXPECT_EQ(state(), "uploading");
  EXPECT_EQ(read_file_row(other_, path).at("version"), "1");
  EXPECT_EQ(other_.query_int64("SELECT sum(mtime) FROM files"), 3 * 2);
}

TEST_F(Upgrade, TheRetryComparesWithTheRowAsItIsThen) {
  open_writer(kAxes, milliseconds(60'000), manual_);
  const StatementHook hook(writers_handle_, [&](const std::string& sql) {
    if (!sql.starts_with("UPDATE")) return;
    other_.execute("UPDATE files SET version=7, gemini_state='failed' WHERE file_path='" + path +
                   "'");
  });
  EXPECT_THROW(write(*writer_, to_uploading, context_->axes.guard), OccConflict);
  EXPECT_EQ(context_->snapshot_retries.load(), 1);
  EXPECT_EQ(state(), "failed");
  EXPECT_EQ(read_file_row(other_, path).at("version"), "7");
}

TEST_F(Upgrade, AWriterInTheWayIsWaitedForAndCounted) {
  open_writer(kAxes, milliseconds(60'000), steady_);
  int updates = 0;
  const StatementHook hook(writers_handle_, [&](const std::string& sql) {
    if (sql.starts_with("UPDATE") && ++updates == 1) other_.execute("BEGIN IMMEDIATE");
    if (sql.starts_with("UPDATE") && updates == 3) other_.execute("ROLLBACK");
  });
  const WriteTimings timings = write(*writer_, to_uploading, context_->axes.guard);
  EXPECT_EQ(context_->snapshot_retries.load(), 2);
  EXPECT_EQ(database_.vfs().lock_waits().busy_retries, 2);
  EXPECT_GE(timings.busy_wait_ns, 1'000'000 + 2'000'000) << "it sleeps as SQLite would";
  EXPECT_LE(timings.busy_wait_ns, timings.lock_wait_ns);
  EXPECT_EQ(state(), "uploading");
}

TEST_F(Upgrade, RetriesEndWithTheTimeout) {
  // Each attempt takes 10 ms by the clock, so that the seventh begins after the timeout.
  ManualClock slow(milliseconds(10));
  open_writer(kAxes, milliseconds(60), slow);
  int interferences = 0;
  const StatementHook hook(writers_handle_, [&](const std::string& sql) {
    if (sql.starts_with("UPDATE") && ++interferences < 50) touch_another_row();
  });
  EXPECT_EQ(failure_code(), SQLITE_BUSY);
  EXPECT_EQ(context_->snapshot_retries.load(), 5);
  EXPECT_EQ(state(), "untracked");
  EXPECT_NO_THROW(other_.execute("BEGIN IMMEDIATE; ROLLBACK"));
}

TEST_F(Upgrade, AnImmediateTransactionNeverHasAStaleSnapshot) {
  open_writer({.begin = BeginAxis::immediate, .guard = GuardAxis::select}, milliseconds(0),
              manual_);
  int refused = 0;
  const StatementHook hook(writers_handle_, [&](const std::string& sql) {
    if (!sql.starts_with("UPDATE")) return;
    try {
      touch_another_row();
    } catch (const SqliteError& error) {
      EXPECT_EQ(error.code(), SQLITE_BUSY);
      ++refused;
    }
  });
  write(*writer_, to_uploading, context_->axes.guard);
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(context_->snapshot_retries.load(), 0);
}

/// A queue that tells who is inside, and takes its time by the clock.
class SpyQueue final : public WriterQueue {
 public:
  explicit SpyQueue(const ManualClock& clock) : clock_(clock) {}
  void enter() override {
    ++entered;
    clock_.advance(nanoseconds(7'000));
  }
  void leave() override { ++left; }
  int entered = 0;
  int left = 0;

 private:
  const ManualClock& clock_;
};

TEST_F(Contended, TheQueueIsHeldOverTheWholeTransactionAndItsWaitCounts) {
  auto spy = std::make_unique<SpyQueue>(manual_);
  SpyQueue& queue = *spy;
  queue_ = std::move(spy);
  open_writer({}, milliseconds(5), manual_);
  int outside = 0;
  const StatementHook hook(writers_handle_, [&](const std::string&) {
    if (queue.entered != queue.left + 1) ++outside;
  });
  const WriteTimings timings = write(*writer_, to_uploading, context_->axes.guard);
  EXPECT_EQ(timings.queue_wait_ns, 7'000 + 1);
  EXPECT_EQ(timings.lock_wait_ns, timings.queue_wait_ns + 1) << "the UPDATE, inside the queue";
  EXPECT_EQ(outside, 0) << "a statement ran outside the queue";
  EXPECT_EQ(queue.entered, 1);
  EXPECT_EQ(queue.left, 1);
}

TEST_F(Contended, TheQueueIsLeftAfterTheRollbackOfAFailure) {
  auto spy = std::make_unique<SpyQueue>(manual_);
  SpyQueue& queue = *spy;
  queue_ = std::move(spy);
  open_writer({}, milliseconds(5), manual_);
  int rollbacks_inside = 0;
  const StatementHook hook(writers_handle_, [&](const std::string& sql) {
    if (sql.starts_with("ROLLBACK") && queue.entered == queue.left + 1) ++rollbacks_inside;
  });
  TransitionWrite wrong = to_uploading;
  wrong.version = 5;
  EXPECT_THROW(write(*writer_, wrong, context_->axes.guard), OccConflict);
  EXPECT_EQ(rollbacks_inside, 1);
  EXPECT_EQ(queue.left, 1);

  other_.execute("BEGIN IMMEDIATE");
  EXPECT_EQ(failure_code(), SQLITE_BUSY);
  EXPECT_EQ(queue.entered, 2);
  EXPECT_EQ(queue.left, 2);
}

}  // namespace
}  // namespace walbench::storage
