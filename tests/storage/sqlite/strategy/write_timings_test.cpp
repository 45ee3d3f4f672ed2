// Silent bugs these tests would catch: a part of a write's time that belongs to no segment, or to
// two; a sync or a checkpoint that a commit waited for and nobody is charged with, or that is
// charged to a write that did not commit; a queue's wait counted beside the lock's.
//
// Writer and VFS share one clock that moves on by a step at each reading. So a sync takes a step,
// and what a write waited can be told from how many there were.

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "storage/sqlite/strategy/transaction_writer.hpp"
#include "tests/storage/sqlite/test_database.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::storage {
namespace {

using std::chrono::nanoseconds;
using test_support::ManualClock;

constexpr std::int64_t kStepNs = 10;
constexpr std::int64_t kEnterNs = 7'000;
constexpr std::int64_t kLeaveNs = 9'000;

/// Lets everybody in, and takes its time both ways.
class SlowQueue final : public WriterQueue {
 public:
  explicit SlowQueue(const ManualClock& clock) : clock_(clock) {}
  void enter() override { clock_.advance(nanoseconds(kEnterNs)); }
  void leave() override { clock_.advance(nanoseconds(kLeaveNs)); }

 private:
  const ManualClock& clock_;
};

class WriteTimingsTest : public testing::Test {
 protected:
  static constexpr std::int64_t kFiles = 50;

  WriteTimingsTest() {
    const Connection seeding(files_.database().string(), nullptr);
    seeding.query_text("PRAGMA journal_mode=WAL");
    seeding.execute(schema_sql(Schema::bench));
    for (std::int64_t file = 0; file < kFiles; ++file) {
      seeding.execute("INSERT INTO files(file_path, content_hash, filename, file_size) VALUES('" +
                      bench_file_path(file) + "', '" + bench_content_hash(1, file) +
                      "', 'f', 1024)");
    }
  }

  void open(const ConnectionSettings& settings, const Axes& axes = {}) {
    context_ = std::make_unique<WriterContext>(files_.database().string(), settings, axes,
                                               engine::lifecycle_statements(axes.guard), &vfs_,
                                               &clock_, queue_.get());
    writer_ = std::make_unique<TransactionWriter>(*context_);
  }

  /// Writes a file that nobody has written yet, and keeps what the VFS counted meanwhile.
  WriteTimings write() {
    const std::string path = bench_file_path(next_file_++);
    vfs_.restart_counting();
    const WriteTimings timings =
        storage::write(*writer_, {path, LifecycleState::untracked, LifecycleState::uploading, 0});
    counted_ = vfs_.figures();
    EXPECT_EQ(timings.lock_wait_ns + timings.statement_ns + timings.commit_ns, timings.db_total_ns);
    EXPECT_LE(timings.queue_wait_ns + timings.busy_wait_ns, timings.lock_wait_ns);
    EXPECT_LE(timings.checkpoint_wait_ns + timings.sync_wait_ns, timings.commit_ns);
    return timings;
  }

  std::int64_t syncs() const { return counted_.wal.wal_syncs + counted_.wal.db_syncs; }

  ManualClock clock_{nanoseconds(kStepNs)};
  DatabaseFiles files_{std::nullopt};
  CountingVfs vfs_{clock_};
  std::unique_ptr<WriterQueue> queue_;
  std::unique_ptr<WriterContext> context_;
  std::unique_ptr<TransactionWriter> writer_;
  std::int64_t next_file_ = 0;
  IoFigures counted_;  ///< during the last write
};

constexpr ConnectionSettings kNoSyncs = {.synchronous = Synchronous::off,
                                         .checkpoint = {.mode = CheckpointMode::off}};

class Queued : public WriteTimingsTest,
               public testing::WithParamInterface<std::tuple<BeginAxis, bool>> {
 protected:
  Queued() {
    if (has_queue()) queue_ = std::make_unique<SlowQueue>(clock_);
    open(kNoSyncs, {.begin = std::get<0>(GetParam())});
  }
  static bool has_queue() { return std::get<1>(GetParam()); }
};

TEST_P(Queued, ItsWaitIsPartOfTheLocksAndItsLeavingOfTheCommit) {
  const WriteTimings timings = write();
  EXPECT_EQ(writer_->has_queue(), has_queue());
  EXPECT_EQ(timings.queue_wait_ns, has_queue() ? kEnterNs + kStepNs : 0);
  EXPECT_EQ(timings.lock_wait_ns, timings.queue_wait_ns + kStepNs);
  EXPECT_EQ(timings.commit_ns, (has_queue() ? kLeaveNs : 0) + kStepNs);
  EXPECT_EQ(timings.sync_wait_ns, 0);
  EXPECT_EQ(timings.checkpoint_wait_ns, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Begin, Queued,
    testing::Combine(testing::Values(BeginAxis::deferred, BeginAxis::immediate), testing::Bool()),
    [](const auto& each) {
      return std::string(axis_name(std::get<0>(each.param))) +
             (std::get<1>(each.param) ? "_queue" : "_none");
    });

TEST_F(WriteTimingsTest, WithSynchronousFullEachCommitWaitsForItsSync) {
  open({.synchronous = Synchronous::full, .checkpoint = {.mode = CheckpointMode::off}});
  for (int commit = 0; commit < 3; ++commit) {
    const WriteTimings timings = write();
    EXPECT_GE(counted_.wal.wal_syncs, 1);
    EXPECT_EQ(timings.sync_wait_ns, syncs() * kStepNs) << commit;
    EXPECT_EQ(timings.checkpoint_wait_ns, 0);
  }
}

TEST_F(WriteTimingsTest, WithSynchronousNormalOnlyTheFirstOneOfAWalDoes) {
  open({.synchronous = Synchronous::normal, .checkpoint = {.mode = CheckpointMode::off}});
  EXPECT_EQ(write().sync_wait_ns, kStepNs) << "the WAL's header is synced";
  EXPECT_EQ(write().sync_wait_ns, 0);
}

TEST_F(WriteTimingsTest, ACommitThatCheckpointsIsToldApartFromItsSyncs) {
  open({.synchronous = Synchronous::normal, .checkpoint = {.every_frames = 12}});
  int with_checkpoint = 0;
  for (int commit = 0; commit < 40; ++commit) {
    const WriteTimings timings = write();
    EXPECT_EQ(timings.sync_wait_ns, syncs() * kStepNs) << commit;
    if (counted_.wal.checkpoints == 0) {
      EXPECT_EQ(timings.checkpoint_wait_ns, 0) << commit;
      continue;
    }
    ++with_checkpoint;
    EXPECT_EQ(counted_.wal.checkpoints, 1);
    EXPECT_EQ(counted_.wal.db_syncs, 1);
    constexpr std::int64_t kSyncsOfACheckpoint = 2;  // the WAL's before it, the database's after it
    EXPECT_EQ(timings.checkpoint_wait_ns,
              counted_.wal.checkpoint_ns - kSyncsOfACheckpoint * kStepNs);
    EXPECT_GT(timings.checkpoint_wait_ns, 0);
  }
  EXPECT_GT(with_checkpoint, 2);
  EXPECT_LT(with_checkpoint, 40);
}

TEST_F(WriteTimingsTest, WhatABatchLeavesUncommittedWaitsForNoDisk) {
  queue_ = std::make_unique<SlowQueue>(clock_);
  open({.synchronous = Synchronous::full, .checkpoint = {.every_frames = 1}},
       {.connection = ConnectionAxis::shared(),
        .queue = QueueAxis::mutex,
        .commit = CommitAxis::batch(3)});
  for (int each = 1; each <= 9; ++each) {
    const WriteTimings timings = write();
    const bool commits = each % 3 == 0;
    EXPECT_EQ(timings.committed, commits) << each;
    EXPECT_EQ(timings.sync_wait_ns > 0, commits) << each;
    EXPECT_EQ(timings.checkpoint_wait_ns > 0, commits) << each;
    EXPECT_EQ(timings.queue_wait_ns, kEnterNs + kStepNs) << each;
  }
}

TEST_F(WriteTimingsTest, WhatTheThreadSpentBeforeIsNoneOfAWrites) {
  open({.synchronous = Synchronous::full, .checkpoint = {.mode = CheckpointMode::off}});
  write();
  const ThreadIo before = CountingVfs::thread_io();
  {
    const Connection other(files_.database().string(), vfs_.name());
    other.execute("PRAGMA synchronous=FULL; UPDATE files SET mtime=1 WHERE rowid=40");
    other.query_int64("PRAGMA wal_checkpoint(PASSIVE)");
  }
  EXPECT_GT(CountingVfs::thread_io().sync_ns, before.sync_ns);
  EXPECT_GT(CountingVfs::thread_io().checkpoint_ns, before.checkpoint_ns);
  const WriteTimings timings = write();
  EXPECT_EQ(timings.checkpoint_wait_ns, 0);
  EXPECT_EQ(timings.sync_wait_ns, syncs() * kStepNs);
}

/// The size of what differs between two rows: texts by their length, the version as a number.
std::int64_t bytes_that_differ(const Row& before, const Row& after) {
  std::int64_t bytes = 0;
  for (const auto& [column, value] : changed_columns(before, after)) {
    bytes += column == "version" ? 8 : static_cast<std::int64_t>(value.value_or("").size());
  }
  return bytes;
}

TEST_F(WriteTimingsTest, ChangedBytesAreThoseThatDifferInTheRow) {
  open(kNoSyncs);
  const Connection reader(files_.database().string(), nullptr);
  const std::string path = bench_file_path(0);
  using State = LifecycleState;
  const TransitionWrite writes[] = {
      {path, State::untracked, State::uploading, 0},
      {.file_path = path,
       .from = State::uploading,
       .to = State::failed,
       .version = 1,
       .error_message = "upload_file failed"},
      {path, State::failed, State::untracked, 2},
      {path, State::untracked, State::uploading, 3},
      {.file_path = path,
       .from = State::uploading,
       .to = State::processing,
       .version = 4,
       .remote_file_id = "files/mock",
       .remote_file_uri = "uri://mock"},
      {.file_path = path,
       .from = State::processing,
       .to = State::indexed,
       .version = 5,
       .store_doc_id = "doc_mock"},
  };
  for (const TransitionWrite& write : writes) {
    const Row before = read_file_row(reader, path);
    storage::write(*writer_, write);
    EXPECT_EQ(changed_bytes(write.event()), bytes_that_differ(before, read_file_row(reader, path)))
        << state_name(write.from) << " to " << state_name(write.to);
  }
}

}  // namespace
}  // namespace walbench::storage
