// Silent bugs these tests would catch: a batch that is durable earlier or later than it says, so
// that its gain or its risk is another one than measured; acknowledged transitions that a conflict
// takes with it, or that an error leaves half written; a last batch that nobody commits.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "metrics/clock.hpp"
#include "storage/sqlite/strategy/sqlite_store.hpp"
#include "storage/sqlite/strategy/transaction_writer.hpp"
#include "storage/sqlite/strategy/writer_queue.hpp"
#include "tests/storage/sqlite/test_database.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::storage {
namespace {

using std::chrono::nanoseconds;
using test_support::ManualClock;
using testing::HasSubstr;

constexpr std::int64_t kFiles = 30;
constexpr std::int64_t kBatch = 4;
constexpr std::int64_t kStepNs = 10;

class Batch : public testing::TestWithParam<std::tuple<BeginAxis, GuardAxis>> {
 protected:
  Batch() {
    const ConnectionSpy spy;
    writer_ = std::make_unique<TransactionWriter>(context_);
    db_ = ConnectionSpy::latest();
  }

  /// Takes the file from `untracked` to `uploading`.
  WriteTimings start(std::int64_t file, std::int64_t version = 0) {
    const std::string path = bench_file_path(file);
    return write(*writer_, {path, LifecycleState::untracked, LifecycleState::uploading, version},
                 std::get<1>(GetParam()));
  }

  /// Files that another connection sees started.
  std::int64_t durable() const {
    return reader_.query_int64("SELECT count(*) FROM files WHERE gemini_state='uploading'");
  }

  /// The primary code that starting the file is refused with; SQLITE_OK where it is not.
  int refusal(std::int64_t file) {
    try {
      start(file);
    } catch (const SqliteError& error) {
      return error.code();
    }
    return SQLITE_OK;
  }

  void refuse_file(std::int64_t file, const std::string& how) const {
    reader_.execute("CREATE TRIGGER refused BEFORE UPDATE ON files WHEN NEW.file_path='" +
                    bench_file_path(file) + "' BEGIN SELECT RAISE(" + how + ", 'not that one'); " +
                    "END");
  }

  /// The batch is gone, whole, nobody is kept out, and the writer goes on as if it were new.
  void expect_rolled_back_and_usable() {
    EXPECT_EQ(durable(), 0);
    EXPECT_NE(sqlite3_get_autocommit(db_), 0) << "the transaction is still open";
    EXPECT_NO_THROW(reader_.execute("BEGIN IMMEDIATE; ROLLBACK"));
    EXPECT_EQ(writer_->flush(), 0) << "there is nothing left to commit";
    for (std::int64_t file = 10; file < 10 + kBatch; ++file) {
      EXPECT_EQ(start(file).committed, file == 10 + kBatch - 1);
    }
    EXPECT_EQ(durable(), kBatch);
  }

  TestDatabase database_{kFiles};
  Connection reader_ = database_.connect_uncounted();
  ManualClock clock_{nanoseconds(kStepNs)};
  MutexQueue queue_;
  WriterContext context_{database_.path(),
                         {.synchronous = Synchronous::off},
                         {.connection = ConnectionAxis::shared(),
                          .begin = std::get<0>(GetParam()),
                          .guard = std::get<1>(GetParam()),
                          .queue = QueueAxis::mutex,
                          .commit = CommitAxis::batch(kBatch)},
                         engine::lifecycle_statements(std::get<1>(GetParam())),
                         &database_.vfs(),
                         &clock_,
                         &queue_};
  std::unique_ptr<TransactionWriter> writer_;
  sqlite3* db_ = nullptr;  ///< the writer's
};

TEST_P(Batch, OnlyTheWriteThatFillsItCommits) {
  for (std::int64_t file = 0; file < 11; ++file) {
    EXPECT_EQ(start(file).committed, file % kBatch == kBatch - 1) << file;
  }
}

TEST_P(Batch, NothingIsVisibleBeforeItsCommitAndAllOfItAfterwards) {
  for (std::int64_t file = 0; file < 11; ++file) {
    start(file);
    EXPECT_EQ(durable(), (file + 1) / kBatch * kBatch) << file;
  }
}

TEST_P(Batch, FlushCommitsTheRestAndThenNothing) {
  EXPECT_EQ(writer_->flush(), 0);
  for (std::int64_t file = 0; file < kBatch + 2; ++file) {
    start(file);
  }
  EXPECT_EQ(durable(), kBatch);
  EXPECT_EQ(writer_->flush(), 1);
  EXPECT_EQ(durable(), kBatch + 2);
  EXPECT_EQ(writer_->flush(), 0);
  EXPECT_NO_THROW(reader_.execute("BEGIN IMMEDIATE; ROLLBACK"));
}

TEST_P(Batch, AFlushBeginsANewBatch) {
  start(0);
  start(1);
  writer_->flush();
  for (std::int64_t file = 2; file < 2 + kBatch; ++file) {
    EXPECT_EQ(start(file).committed, file == 2 + kBatch - 1) << file;
  }
}

TEST_P(Batch, WhatIsUnsavedPeaksAtOneLessThanTheBatch) {
  const auto peak = [this] { return context_.unsaved_peak.load(); };
  EXPECT_EQ(peak(), 0);
  start(0);
  start(1);
  EXPECT_EQ(peak(), 2);
  writer_->flush();
  start(2);
  EXPECT_EQ(peak(), 2) << "a smaller batch came after it";
  for (std::int64_t file = 3; file < 20; ++file) {
    start(file);
  }
  EXPECT_EQ(peak(), kBatch - 1);
}

TEST_P(Batch, BeginsAndCommitsOnceABatch) {
  std::vector<std::string> seen;
  const StatementHook hook(db_, [&seen](const std::string& sql) {
    if (sql.starts_with("BEGIN") || sql.starts_with("COMMIT")) seen.push_back(sql);
  });
  for (std::int64_t file = 0; file < 2 * kBatch + 1; ++file) {
    start(file);
  }
  const std::string begin =
      std::get<0>(GetParam()) == BeginAxis::immediate ? "BEGIN IMMEDIATE" : "BEGIN";
  EXPECT_EQ(seen, (std::vector<std::string>{begin, "COMMIT", begin, "COMMIT", begin}));
}

TEST_P(Batch, TheTimesOfEachWriteStillAddUp) {
  for (std::int64_t file = 0; file < kBatch; ++file) {
    const WriteTimings timings = start(file);
    EXPECT_EQ(timings.queue_wait_ns, kStepNs);
    EXPECT_EQ(timings.lock_wait_ns, timings.queue_wait_ns + kStepNs);
    EXPECT_EQ(timings.commit_ns, kStepNs);
    EXPECT_EQ(timings.lock_wait_ns + timings.statement_ns + timings.commit_ns, timings.db_total_ns);
  }
}

TEST_P(Batch, AFileMaySeveralTimesBeWrittenInOneBatch) {
  const std::string path = bench_file_path(0);
  start(0);
  write(*writer_,
        {.file_path = path,
         .from = LifecycleState::uploading,
         .to = LifecycleState::failed,
         .version = 1,
         .error_message = "upload_file failed"},
        std::get<1>(GetParam()));
  write(*writer_, {path, LifecycleState::failed, LifecycleState::untracked, 2},
        std::get<1>(GetParam()));
  EXPECT_EQ(read_file_row(reader_, path).at("version"), "0");
  EXPECT_TRUE(start(0, 3).committed);
  EXPECT_EQ(read_file_row(reader_, path).at("version"), "4");
  EXPECT_EQ(read_file_row(reader_, path).at("gemini_state"), "uploading");
}

TEST_P(Batch, AConflictInsideItUndoesThatWriteAlone) {
  start(0);
  start(1);
  EXPECT_THROW(start(2, 7), OccConflict);
  EXPECT_THROW(start(1), OccConflict) << "written twice";
  EXPECT_EQ(durable(), 0);
  EXPECT_FALSE(start(3).committed) << "a conflict fills no batch";
  EXPECT_TRUE(start(4).committed);
  EXPECT_EQ(durable(), kBatch);
  for (const std::int64_t file : {0, 1, 3, 4}) {
    EXPECT_EQ(read_file_row(reader_, bench_file_path(file)).at("version"), "1") << file;
  }
  EXPECT_EQ(read_file_row(reader_, bench_file_path(2)).at("version"), "0");
}

TEST_P(Batch, ATransactionOfSeveralStatementsIsUndoneWholeAndAlone) {
  const GuardAxis guard = std::get<1>(GetParam());
  const std::string one = bench_file_path(1);
  const std::string two = bench_file_path(2);
  const TransitionTransaction first({.file_path = one}, guard);
  const TransitionTransaction wrong({.file_path = two, .version = 7}, guard);
  std::vector<StatementCall> calls(first.get().statements.begin(), first.get().statements.end());
  calls.insert(calls.end(), wrong.get().statements.begin(), wrong.get().statements.end());
  start(0);
  EXPECT_THROW(writer_->write({"both", calls}), OccConflict);
  for (std::int64_t file = 3; file < 3 + kBatch - 1; ++file) {
    start(file);
  }
  EXPECT_EQ(durable(), kBatch);
  EXPECT_EQ(read_file_row(reader_, one).at("version"), "0") << "half of a transaction is kept";

  const TransitionTransaction right({.file_path = two}, guard);
  calls.assign(first.get().statements.begin(), first.get().statements.end());
  calls.insert(calls.end(), right.get().statements.begin(), right.get().statements.end());
  EXPECT_FALSE(writer_->write({"both", calls}).committed);
  EXPECT_EQ(writer_->flush(), 1);
  EXPECT_EQ(durable(), kBatch + 2);
}

TEST_P(Batch, AConflictBeforeItLeavesNoLock) {
  EXPECT_THROW(start(0, 7), OccConflict);
  EXPECT_NO_THROW(reader_.execute("BEGIN IMMEDIATE; ROLLBACK"));
  EXPECT_EQ(writer_->flush(), 0);
}

TEST_P(Batch, AWriteThatATriggerRefusesRollsTheWholeBatchBack) {
  refuse_file(2, "ABORT");
  start(0);
  start(1);
  EXPECT_EQ(refusal(2), SQLITE_CONSTRAINT);
  expect_rolled_back_and_usable();
}

TEST_P(Batch, ATransactionThatSqliteEndedItselfIsNotTakenForOpen) {
  refuse_file(3, "ROLLBACK");
  start(0);
  start(1);
  start(2);
  EXPECT_EQ(refusal(3), SQLITE_CONSTRAINT) << "the write that would have filled it";
  expect_rolled_back_and_usable();
}

TEST_P(Batch, AFullDatabaseRollsTheWholeBatchBack) {
  const std::string large(1'000'000, 'x');
  start(0);
  const std::string path = bench_file_path(0);
  sqlite3_exec(db_, "PRAGMA max_page_count=1", nullptr, nullptr, nullptr);
  try {
    write(*writer_,
          {.file_path = path,
           .from = LifecycleState::uploading,
           .to = LifecycleState::processing,
           .version = 1,
           .remote_file_id = large},
          std::get<1>(GetParam()));
    ADD_FAILURE() << "a full database took a megabyte";
  } catch (const SqliteError& error) {
    EXPECT_EQ(error.code(), SQLITE_FULL);
  }
  expect_rolled_back_and_usable();
}

TEST_P(Batch, ACommitThatFailsInAWriteTakesTheBatchWithIt) {
  for (std::int64_t file = 0; file < kBatch - 1; ++file) {
    start(file);
  }
  sqlite3_commit_hook(
      db_, [](void*) { return 1; }, nullptr);
  EXPECT_EQ(refusal(kBatch - 1), SQLITE_CONSTRAINT);
  sqlite3_commit_hook(db_, nullptr, nullptr);
  expect_rolled_back_and_usable();
}

TEST_P(Batch, ACommitThatFailsInAFlushTakesTheBatchWithIt) {
  start(0);
  start(1);
  sqlite3_commit_hook(
      db_, [](void*) { return 1; }, nullptr);
  EXPECT_THROW(writer_->flush(), SqliteError);
  sqlite3_commit_hook(db_, nullptr, nullptr);
  expect_rolled_back_and_usable();
}

TEST_P(Batch, WhatWasNotCommittedIsGoneWithItsConnection) {
  for (std::int64_t file = 0; file < kBatch + 3; ++file) {
    start(file);
  }
  writer_.reset();
  EXPECT_EQ(durable(), kBatch);
  EXPECT_NO_THROW(reader_.execute("BEGIN IMMEDIATE; ROLLBACK"));
}

INSTANTIATE_TEST_SUITE_P(
    Axes, Batch,
    testing::Combine(testing::Values(BeginAxis::deferred, BeginAxis::immediate),
                     testing::Values(GuardAxis::where, GuardAxis::version, GuardAxis::select)),
    [](const auto& axes) {
      return std::string(axis_name(std::get<0>(axes.param))) + "_" +
             std::string(axis_name(std::get<1>(axes.param)));
    });

/// Starts files through a store and says so through the pipe, one by one; then kills its own
/// process. Returns only where something went wrong.
void acknowledge_and_die(TestDatabase& database, std::int64_t batch, std::int64_t files,
                         int pipe_end) {
  const metrics::SteadyClock clock;
  SqliteStore store(database.path(), {},
                    {.connection = ConnectionAxis::shared(),
                     .queue = QueueAxis::mutex,
                     .commit = CommitAxis::batch(batch)},
                    engine::lifecycle_statements(GuardAxis::where), 1, database.vfs(), clock);
  const std::unique_ptr<Session> session = store.open_session(0);
  for (std::int64_t file = 0; file < files; ++file) {
    const std::string path = bench_file_path(file);
    apply(*session, {path, LifecycleState::untracked, LifecycleState::uploading, 0});
    if (::write(pipe_end, "a", 1) != 1) return;
  }
  ::kill(::getpid(), SIGKILL);
}

struct Crash {
  std::int64_t acknowledged = 0;
  bool killed = false;
};

/// What became of a process that acknowledges that many transitions and is then killed.
Crash crash(TestDatabase& database, std::int64_t batch, std::int64_t files) {
  std::array<int, 2> pipe_ends{};
  if (::pipe(pipe_ends.data()) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      acknowledge_and_die(database, batch, files, pipe_ends[1]);
    } catch (...) {  // NOLINT(bugprone-empty-catch): the exit status tells
    }
    ::_exit(1);
  }
  ::close(pipe_ends[1]);
  Crash seen;
  char letter = 0;
  while (child > 0 && ::read(pipe_ends[0], &letter, 1) == 1) {
    seen.acknowledged += 1;
  }
  ::close(pipe_ends[0]);
  int status = 0;
  seen.killed = child > 0 && ::waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
                WTERMSIG(status) == SIGKILL;
  return seen;
}

struct CrashExpectation {
  std::int64_t batch;
  std::int64_t durable;
};

class CrashedBatch : public testing::TestWithParam<CrashExpectation> {};

TEST_P(CrashedBatch, LosesWhatWasAcknowledgedSinceTheLastCommitAndNothingElse) {
  constexpr std::int64_t kAcknowledged = 25;
  TestDatabase database(kFiles);
  const Crash seen = crash(database, GetParam().batch, kAcknowledged);
  ASSERT_TRUE(seen.killed);
  ASSERT_EQ(seen.acknowledged, kAcknowledged);

  const Connection survivor = database.connect_uncounted();
  EXPECT_EQ(survivor.query_int64("SELECT count(*) FROM files WHERE version=1"), GetParam().durable);
  for (std::int64_t file = 0; file < kFiles; ++file) {
    const Row row = read_file_row(survivor, bench_file_path(file));
    EXPECT_EQ(row.at("gemini_state"), file < GetParam().durable ? "uploading" : "untracked");
  }
  EXPECT_EQ(survivor.query_text("PRAGMA integrity_check"), "ok");
}

INSTANTIATE_TEST_SUITE_P(Sizes, CrashedBatch,
                         testing::Values(CrashExpectation{1, 25}, CrashExpectation{5, 25},
                                         CrashExpectation{10, 20}, CrashExpectation{100, 0}),
                         [](const auto& expected) { return std::to_string(expected.param.batch); });

}  // namespace
}  // namespace walbench::storage
